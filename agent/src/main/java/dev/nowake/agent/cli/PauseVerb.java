package dev.nowake.agent.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Has the daemon do nothing for a while. */
@Command(
        name = "pause",
        description = "Stops everything the running daemon does: no prefetch, no eviction, no room made. Loaders go on."
                + " 'nowake resume' ends it.")
final class PauseVerb implements Callable<Integer> {
    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = SpanConverter.class,
            description = "Resumes by itself after so long: 10m, 2h (default: only when told).")
    private Duration length;

    private final Invocation invocation;

    PauseVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        new Told(invocation, "pause").forTime(length).say(SwitchText::paused);
        return ExitCode.DONE;
    }
}
