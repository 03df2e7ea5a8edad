package dev.nowake.agent.cli;

import dev.nowake.agent.observe.JournalFolder;
import dev.nowake.agent.report.Facts;
import dev.nowake.agent.report.LoadStory;
import dev.nowake.agent.report.Page;
import dev.nowake.agent.report.Stories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What became of a load, as a page: out of the journal alone, so the daemon need not run. */
@Command(
        name = "report",
        description = "Draws what the journal tells of a load: one page of HTML that needs nothing beside itself.")
final class ReportVerb implements Callable<Integer> {
    @Option(names = "--out", paramLabel = "FILE.html", description = "Where to write the page; - is standard output.")
    private String out;

    @Option(
            names = "--load",
            paramLabel = "N",
            description = "The load of this number in status and journal (default: the last).")
    private Long load;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "All loads that began since then: 2h, 30m, 7d, or a time as the journal has it.")
    private String since;

    @Option(
            names = "--journal",
            paramLabel = "FILE",
            description = "The journal, with what was rotated beside it (default: journal.jsonl in --state-dir).")
    private String journal;

    @Option(names = "--force", description = "Overwrites a file that is no report.")
    private boolean force;

    private final Invocation invocation;

    ReportVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException {
        if (load != null && since != null) {
            throw CliException.usage("--load or --since, not both");
        }
        if (load != null && load < 1) {
            throw CliException.usage("--load is 1 or more: nowake status shows the numbers");
        }
        if (out == null && !invocation.json()) {
            throw CliException.usage("where to? --out FILE.html, or --out - for standard output");
        }
        boolean toStandardOutput = "-".equals(out);
        if (toStandardOutput && invocation.json()) {
            throw CliException.usage("--out - and --output json both write to standard output; leave one out");
        }
        ReportFile file = out == null || toStandardOutput ? null : new ReportFile(RawArguments.path(out), force);
        if (file != null) {
            file.check();
        }
        Stories stories = read(since == null ? null : SinceText.parse(since, Instant.now()));
        List<LoadStory> loads = loads(stories);
        if (toStandardOutput) {
            invocation.out().writeBytes(Page.of(loads).getBytes(StandardCharsets.UTF_8));
            invocation.out().flush();
        } else if (file != null) {
            file.write(Page.of(loads));
        }
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> FactsJson.write(json, loads.stream().map(Facts::of).toList()));
        } else if (file != null) {
            invocation.out().println(file.name() + ": " + what(loads));
            invocation.out().flush();
        }
        return ExitCode.DONE;
    }

    private Stories read(Instant from) throws CliException {
        Path path = journal == null ? invocation.stateDir().resolve("journal.jsonl") : RawArguments.path(journal);
        Path file = Files.isDirectory(path) ? path.resolve("journal.jsonl") : path;
        try {
            if (!Files.exists(file) && new JournalFolder(file).rotated().isEmpty()) {
                throw new CliException(
                        ExitCode.FAILED,
                        "not_found",
                        Invocation.show(file)
                                + ": no journal here; name it with --journal, or the daemon's folder with --state-dir");
            }
            if (from != null) {
                return Stories.since(file, from);
            }
            return load == null ? Stories.last(file) : Stories.load(file, load);
        } catch (IOException unreadable) {
            throw CliException.of(file, unreadable);
        }
    }

    private List<LoadStory> loads(Stories stories) throws CliException {
        List<LoadStory> loads = stories.loads();
        if (!loads.isEmpty()) {
            return loads;
        }
        if (stories.found() > 0) {
            throw new CliException(
                    ExitCode.FAILED,
                    "no_such_load",
                    since != null
                            ? "no load began since " + since + "; the journal has " + stories.found() + " older ones"
                            : "the journal has no load " + load + "; nowake journal --kind begin lists those it has");
        }
        boolean foreign = stories.lines() == 0 && stories.foreignLines() > 0;
        throw new CliException(
                ExitCode.FAILED,
                "no_loads",
                foreign
                        ? "this is no journal of nowake: none of its " + stories.foreignLines() + " lines could be read"
                        : "the journal tells of no load yet: load a model while the daemon runs, then ask again");
    }

    private static String what(List<LoadStory> loads) {
        return loads.size() == 1 ? "one load, of " + Line.of(loads.getFirst().model()) : loads.size() + " loads";
    }
}
