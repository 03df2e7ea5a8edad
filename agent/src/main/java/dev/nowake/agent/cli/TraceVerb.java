package dev.nowake.agent.cli;

import dev.nowake.agent.trace.TraceFiles;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What loads touch: recorded, drawn, prefetched again. */
@Command(name = "trace", description = "Records what a load touches, draws it, and prefetches in the same order.")
final class TraceVerb implements Callable<Integer> {
    private final Invocation invocation;

    TraceVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        throw CliException.usage("trace does what? record, show or replay; see nowake trace --help");
    }

    @Command(
            name = "record",
            description = "Writes what is touched of model files: until the command ends, the process ends, the time is"
                    + " over, or Ctrl-C.")
    int record(@Mixin TraceRecordOptions options) throws CliException, IOException, InterruptedException {
        return new TraceRecordRun(invocation, options).run();
    }

    @Command(name = "show", description = "Says what a trace holds, and draws it.")
    int show(@Mixin TraceShow show) throws CliException {
        return show.run(invocation);
    }

    @Command(
            name = "replay",
            description = "Brings into page cache what a trace touched, in its order. Exit code 1 when a file is"
                    + " another version than the one recorded, 3 when under 99 %% are there at the end.")
    int replay(@Mixin TraceReplay replay) throws CliException {
        return replay.run(invocation);
    }

    /** Reads a trace or says in one line why it cannot be read. */
    static Trace read(Path file) throws CliException {
        try {
            return TraceFiles.read(file);
        } catch (IOException e) {
            throw CliException.of(file, e);
        } catch (TraceException e) {
            throw new CliException(ExitCode.FAILED, "not_a_trace", Invocation.show(file) + ": " + e.getMessage(), e);
        }
    }
}
