package dev.nowake.agent.cli;

import dev.nowake.agent.config.TimeSpan;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Keeps a model in page cache, whatever policies say. */
@Command(
        name = "keep",
        description = "Has the running daemon drop nothing of a model, also after a restart, until 'nowake unkeep'."
                + " Nothing is brought in, and the kernel may still reclaim it.")
final class KeepVerb implements Callable<Integer> {
    @Parameters(paramLabel = "PATH|MODEL", description = "A model file, a folder of some, or a model's name.")
    private String target;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = SpanConverter.class,
            description = "Only so long: 10m, 2h (default: until told otherwise).")
    private Duration length;

    private final Invocation invocation;

    KeepVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        String time = length == null ? "" : " for " + TimeSpan.format(length);
        new Told(invocation, "keep")
                .about(target)
                .forTime(length)
                .say(answer -> "kept" + time + ": " + SwitchText.names(answer.path("kept")));
        return ExitCode.DONE;
    }
}
