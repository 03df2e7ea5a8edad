package dev.nowake.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stops acting for a rule or a root. */
@Command(
        name = "observe",
        description =
                "Has the running daemon only observe what falls to a rule or root; what is under way for it stops at once. A"
                        + " restart goes back to the configuration.")
final class ObserveVerb implements Callable<Integer> {
    @Parameters(paramLabel = "RULE|ROOT", arity = "0..1", description = "A rule's name, or a root's path.")
    private String target;

    @Option(names = "--reset", description = "Back to the configuration; without RULE|ROOT all of them.")
    private boolean reset;

    private final Invocation invocation;

    ObserveVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        ModeChange.say(invocation, "observe", target, reset);
        return ExitCode.DONE;
    }
}
