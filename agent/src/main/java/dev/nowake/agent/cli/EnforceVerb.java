package dev.nowake.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Acts for a rule or a root. */
@Command(
        name = "enforce",
        description =
                "Has the running daemon carry out the plans of a rule or root: of loads that begin from now on. A restart goes"
                        + " back to the configuration.")
final class EnforceVerb implements Callable<Integer> {
    @Parameters(paramLabel = "RULE|ROOT", arity = "0..1", description = "A rule's name, or a root's path.")
    private String target;

    @Option(names = "--reset", description = "Back to the configuration; without RULE|ROOT all of them.")
    private boolean reset;

    private final Invocation invocation;

    EnforceVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        ModeChange.say(invocation, "enforce", target, reset);
        return ExitCode.DONE;
    }
}
