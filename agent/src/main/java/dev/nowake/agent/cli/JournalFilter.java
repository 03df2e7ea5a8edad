package dev.nowake.agent.cli;

import dev.nowake.agent.config.Glob;
import dev.nowake.agent.config.Nearest;
import dev.nowake.agent.observe.JournalEntry;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.observe.Priority;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Which lines of the journal are asked for; all conditions that are given must hold. */
final class JournalFilter {
    @Option(names = "--since", paramLabel = "TIME", description = "10m (ago), 16:30, 2026-11-21 or '2026-11-21 16:30'.")
    private String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Up to then, written the same ways.")
    private String until;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            split = ",",
            description =
                    "Of these kinds, such as done,error. Samples, which are for report, are shown only when named here,"
                            + " or with --output json.")
    private List<String> kinds = List.of();

    @Option(names = "--model", paramLabel = "NAME", description = "About this model; may be a pattern ('llama*').")
    private String model;

    @Option(
            names = "--load",
            paramLabel = "N",
            description = "About the load of this number, of the last daemon that had one.")
    private Long load;

    @Option(names = "--run", paramLabel = "ID", description = "Written by this daemon (the field run of its lines).")
    private String run;

    @Option(
            names = "--path",
            paramLabel = "PATH",
            description = "About this file, what is below this folder, or what matches this pattern.")
    private String path;

    @Option(names = "--errors", description = "Errors and warnings alone.")
    private boolean errors;

    private boolean samples;
    private Instant from;
    private Instant to;
    private Set<LineKind> ofKinds;
    private Glob models;
    private Glob paths;

    /** Throws a usage error for what cannot be understood. */
    void prepare(ZonedDateTime now) throws CliException {
        from = since == null ? null : TimePoint.parse("--since", since, now);
        to = until == null ? null : TimePoint.parse("--until", until, now);
        ofKinds = EnumSet.noneOf(LineKind.class);
        for (String kind : kinds) {
            LineKind known = LineKind.of(kind);
            if (known == null) {
                List<String> labels =
                        Arrays.stream(LineKind.values()).map(LineKind::label).toList();
                throw CliException.usage("--kind " + kind + " is none; did you mean '" + Nearest.of(kind, labels)
                        + "'? There are " + labels.stream().sorted().collect(Collectors.joining(", ")));
            }
            ofKinds.add(known);
        }
        if (load != null && load < 1) {
            throw CliException.usage("--load counts from 1 on, not " + load);
        }
        models = glob("--model", model);
        paths = glob("--path", path == null || path.indexOf('*') >= 0 ? path : absolute(path));
    }

    private static String absolute(String path) {
        Path absolute = RawArguments.path(path).toAbsolutePath().normalize();
        return Invocation.show(absolute).replaceAll("([\\\\?\\[\\]{}])", "\\\\$1") + "{,/**}";
    }

    private static Glob glob(String option, String pattern) throws CliException {
        try {
            return pattern == null ? null : Glob.of(pattern);
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage(option + " '" + pattern + "': " + wrong.getMessage());
        }
    }

    /** Lines of kind {@code sample} too, where no kind is named: programs want them, people cannot read them. */
    void withSamples() {
        samples = true;
    }

    /** Null for all times. */
    Instant since() {
        return from;
    }

    /** Load numbers are a daemon's own: of several daemons' lines the last one's are asked for. */
    boolean isOfOneRun() {
        return load != null && run == null;
    }

    boolean passes(JournalEntry entry) {
        return passesTime(entry)
                && (ofKinds.isEmpty()
                        ? samples || entry.lineKind() != LineKind.SAMPLE
                        : ofKinds.contains(entry.lineKind()))
                && (models == null || models.matches(entry.text("model")))
                && (load == null || entry.load() == load)
                && (run == null || run.equals(entry.run()))
                && (paths == null || paths.matches(entry.text("path")))
                && (!errors || Priority.of(entry).level() <= Priority.WARNING.level());
    }

    private boolean passesTime(JournalEntry entry) {
        if (from == null && to == null) {
            return true;
        }
        Instant time = entry.time();
        return time != null && (from == null || !time.isBefore(from)) && (to == null || !time.isAfter(to));
    }
}
