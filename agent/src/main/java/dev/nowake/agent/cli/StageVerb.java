package dev.nowake.agent.cli;

import dev.nowake.agent.execute.MountTraits;
import dev.nowake.agent.stage.StageReport;
import dev.nowake.agent.stage.StageRun;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies models onto a local disk. */
@Command(
        name = "stage",
        description =
                "Copies a model, or a folder of them, with many requests at once and past the page cache: for filling a"
                        + " disk before the first load. Goes on where an earlier copy was ended. Exit code 3 when some"
                        + " files could not be copied.")
final class StageVerb implements Callable<Integer> {
    /** As much in flight as a disk needs, with pieces of 2 MiB. */
    private static final int LOCAL_STREAMS = 4;

    /** What a server with 10 ms a request needs for 6 GB/s; the buffers are 64 MiB. */
    private static final int REMOTE_STREAMS = 32;

    private static final int MOST_STREAMS = 48;

    @Parameters(index = "0", paramLabel = "SRC", description = "A file or a folder.")
    private String source;

    @Parameters(
            index = "1",
            paramLabel = "DST",
            description = "What SRC becomes: a folder's contents go into DST; a file into DST where that is a folder.")
    private String target;

    @Option(
            names = "--verify",
            description =
                    "Reads back what was written and compares it: with the SHA-256 a name tells (Hugging Face, Ollama),"
                            + " else with the source.")
    private boolean verify;

    @Option(
            names = "--streams",
            paramLabel = "N",
            description =
                    "Pieces of 2 MiB under way at once (default: 4 from a disk, 32 from a network or FUSE mount).")
    private int streams;

    private final Invocation invocation;

    StageVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException, InterruptedException {
        Path from = RawArguments.path(source);
        Path to = RawArguments.path(target);
        StageRun run;
        try {
            requireApart(from.toRealPath(), to);
            run = new StageRun(
                    invocation.kernel(), invocation.kernel().files(), from, to, streams(from.toRealPath()), verify);
        } catch (IOException unreadable) {
            throw CliException.of(from, unreadable);
        }
        Thread onStop = new Thread(run::stop, "nowake-stage-stop");
        Runtime.getRuntime().addShutdownHook(onStop);
        Progress progress = Progress.start(invocation, run.sizeBytes(), run.doneBytes());
        StageReport report;
        try {
            report = run.run();
        } finally {
            progress.close();
        }
        tell(report);
        if (report.isDone()) {
            return ExitCode.DONE;
        }
        return report.copied() + report.unchanged() > 0 ? ExitCode.PARTLY_DONE : ExitCode.FAILED;
    }

    private int streams(Path from) throws CliException {
        if (streams < 0 || streams > MOST_STREAMS) {
            throw CliException.usage("--streams is from 1 to " + MOST_STREAMS);
        }
        if (streams > 0) {
            return streams;
        }
        boolean remote = MountInfo.read()
                .byPath(from)
                .map((Mount mount) -> MountTraits.of(mount, 0).remote())
                .orElse(false);
        return remote ? REMOTE_STREAMS : LOCAL_STREAMS;
    }

    private static void requireApart(Path from, Path to) throws CliException, IOException {
        Path place = to.toAbsolutePath().normalize();
        Path existing = place;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        Path real = existing == null ? place : existing.toRealPath().resolve(existing.relativize(place));
        if (Files.isDirectory(from) ? real.startsWith(from) || from.startsWith(real) : real.equals(from)) {
            throw CliException.usage(
                    Invocation.show(to) + " and " + Invocation.show(from) + " are one in the other; copy elsewhere");
        }
    }

    private void tell(StageReport report) {
        report.failures()
                .forEach(failure -> invocation.warn(Invocation.show(failure.path()) + ": " + failure.reason()));
        report.skipped()
                .forEach(path -> invocation.warn(
                        Invocation.show(path) + ": left out, it is no file, folder or link to one of them"));
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> json.number("copied", report.copied())
                            .number("unchanged", report.unchanged())
                            .number("verified", report.verified())
                            .number("links", report.links())
                            .number("sizeBytes", report.sizeBytes())
                            .number("copiedBytes", report.copiedBytes())
                            .number("resumedBytes", report.resumedBytes())
                            .decimal("seconds", report.seconds())
                            .flag("pastPageCache", report.isDirect())
                            .array("skipped", report.skipped(), json::path)
                            .array(
                                    "failures",
                                    report.failures(),
                                    failure -> json.path(failure.path()).text("reason", failure.reason())));
            return;
        }
        String resumed =
                report.resumedBytes() > 0 ? ", " + Sizes.of(report.resumedBytes()) + " had been copied before" : "";
        String unchanged = report.unchanged() > 0 ? ", " + report.unchanged() + " were there" : "";
        String verified = report.verified() > 0 ? ", " + report.verified() + " verified" : "";
        invocation
                .out()
                .println("staged " + report.copied() + " files, " + Sizes.of(report.copiedBytes()) + " in "
                        + Sizes.digits(report.seconds()) + " s ("
                        + Sizes.digits(report.copiedBytes() / Math.max(report.seconds(), 1e-9) / 1e9) + " GB/s)"
                        + resumed
                        + unchanged + verified);
        invocation.out().flush();
    }
}
