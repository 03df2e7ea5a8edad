package dev.nowake.agent.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Gives a disabled policy another chance. */
@Command(name = "enable", description = "Has the running daemon ask a policy again that it has disabled.")
final class PolicyEnableVerb implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The policy's name.")
    private String name;

    private final Invocation invocation;

    PolicyEnableVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        JsonNode answer = DaemonCall.ask(invocation, Map.of("verb", "policy-enable", "name", name));
        if (invocation.json()) {
            invocation.out().println(answer);
        } else {
            invocation.out().println("enabled " + name);
        }
        return ExitCode.DONE;
    }
}
