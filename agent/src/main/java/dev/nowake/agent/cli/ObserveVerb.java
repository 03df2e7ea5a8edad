package dev.nowake.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Stops acting for a rule or a root. */
@Command(
        name = "observe",
        description =
                "Has the running daemon only observe what falls to a rule or root; what is under way for it stops at once. A"
                        + " restart goes back to the configuration.")
final class ObserveVerb implements Callable<Integer> {
    @Mixin
    private ModeChange change = new ModeChange();

    private final Invocation invocation;

    ObserveVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        change.say(invocation, "observe");
        return ExitCode.DONE;
    }
}
