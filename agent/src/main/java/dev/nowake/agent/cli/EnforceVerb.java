package dev.nowake.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Acts for a rule or a root. */
@Command(
        name = "enforce",
        description =
                "Has the running daemon carry out the plans of a rule or root: of loads that begin from now on. A restart goes"
                        + " back to the configuration.")
final class EnforceVerb implements Callable<Integer> {
    @Mixin
    private ModeChange change = new ModeChange();

    private final Invocation invocation;

    EnforceVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        change.say(invocation, "enforce");
        return ExitCode.DONE;
    }
}
