package dev.nowake.agent.cli;

import dev.nowake.agent.trace.Recorder;
import dev.nowake.policy.trace.TraceFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code trace record} was asked for. */
final class TraceRecordOptions {
    private static final double MAX_SECONDS = 86_400;

    @Option(
            names = "--root",
            arity = "1..*",
            required = true,
            paramLabel = "PATH",
            description = "Files to watch, or folders searched for model files.")
    private List<String> roots;

    @Option(names = "-o", required = true, paramLabel = "FILE", description = "Where the trace is written.")
    private String target;

    @Option(
            names = "--format",
            paramLabel = "json|maio",
            defaultValue = "json",
            description = "json keeps everything; maio is what openEuler's maio reads (default: json).")
    private String format;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "End after so many seconds at the latest.")
    private Double seconds;

    @Option(names = "--pid", paramLabel = "PID", description = "Record this process only, and end with it.")
    private Long pid;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "0..*",
            description = "After --: run it, record it and what it starts, end with it.")
    private List<String> command = List.of();

    List<String> roots() {
        return roots;
    }

    Path target() {
        return RawArguments.path(target);
    }

    List<String> command() {
        return command;
    }

    Long pid() {
        return pid;
    }

    Recorder.Scope scope() {
        if (pid != null) {
            return new Recorder.Scope.OfProcess(pid);
        }
        return command.isEmpty() ? new Recorder.Scope.Host() : new Recorder.Scope.Children();
    }

    TraceFormat format() throws CliException {
        for (TraceFormat each : TraceFormat.values()) {
            if (each.label().equals(format.toLowerCase(Locale.ROOT))) {
                return each;
            }
        }
        throw CliException.usage("--format takes json or maio, not '" + format + "'");
    }

    /** Seconds until it ends by itself; a day where nothing is said. */
    double seconds() {
        return seconds == null ? MAX_SECONDS : seconds;
    }

    void check() throws CliException {
        if (!(seconds() > 0 && seconds() <= MAX_SECONDS)) {
            throw CliException.usage("--duration takes more than 0 and at most 86400 seconds");
        }
        if (pid != null && !command.isEmpty()) {
            throw CliException.usage("--pid and a command exclude each other");
        }
        if (pid != null && ProcessHandle.of(pid).isEmpty()) {
            throw CliException.usage("there is no process " + pid);
        }
        format();
    }
}
