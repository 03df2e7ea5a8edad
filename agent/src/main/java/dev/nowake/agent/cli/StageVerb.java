package dev.nowake.agent.cli;

import dev.nowake.agent.config.TimeSpan;
import dev.nowake.agent.stage.StageReport;
import dev.nowake.agent.stage.StageRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    /** What a piece of a slow server and a record need; whoever sends SIGTERM mostly waits longer, 10 s at least. */
    private static final long STOP_MILLIS = 5000;

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
                    "Pieces of 2 MiB under way at once, 48 at most (default: 4 from a disk, 16 from a FUSE mount, 32 from another network"
                            + " mount).")
    private int streams;

    @Option(
            names = "--timeout",
            paramLabel = "SPAN",
            defaultValue = "5m",
            converter = SpanConverter.class,
            description = "Ends when storage has answered nothing for so long (default: ${DEFAULT-VALUE}).")
    private Duration timeout;

    private final Invocation invocation;

    StageVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws Exception {
        Path from = RawArguments.path(source);
        Path to = RawArguments.path(target);
        if (streams < 0 || streams > StageRun.MOST_STREAMS) {
            throw CliException.usage("--streams is from 1 to " + StageRun.MOST_STREAMS);
        }
        StageRun run = new StageRun(invocation.kernel(), from, to, streams, verify);
        CountDownLatch told = new CountDownLatch(1);
        Thread onStop = new Thread(() -> stop(run, told), "nowake-stage-stop");
        Runtime.getRuntime().addShutdownHook(onStop);
        try {
            StageReport report = copy(run, from, to);
            tell(report);
            if (report.isDone()) {
                return ExitCode.DONE;
            }
            return report.copied() + report.unchanged() > 0 ? ExitCode.PARTLY_DONE : ExitCode.FAILED;
        } finally {
            told.countDown();
            forget(onStop);
        }
    }

    private StageReport copy(StageRun run, Path from, Path to) throws Exception {
        StallWatch watch = new StallWatch(run::answers, timeout, span -> tellOfStall(run, from, to, span));
        Progress progress = Progress.startLong(invocation, run::wholeBytes, run::doneBytes);
        try {
            return watch.await(() -> {
                requireApart(from.toRealPath(), to);
                return run.run();
            });
        } catch (StallWatch.GivenUp nobody) {
            return run.giveUp("given up, " + stalled(run, from, to, timeout) + "; run it again to go on");
        } catch (IOException unreadable) {
            throw CliException.of(from, unreadable);
        } finally {
            progress.close();
        }
    }

    private void tellOfStall(StageRun run, Path from, Path to, Duration span) {
        invocation.warn(
                stalled(run, from, to, span) + "; waiting until that is " + TimeSpan.format(timeout) + " (--timeout)");
    }

    private static String stalled(StageRun run, Path from, Path to, Duration span) {
        return (run.isWriting() ? Invocation.show(to) + " has taken" : Invocation.show(from) + " has given")
                + " nothing for " + TimeSpan.format(span.truncatedTo(ChronoUnit.SECONDS));
    }

    /** At ^C or SIGTERM: pieces under way arrive, what has arrived is written down, and the verb tells how far it came. */
    private static void stop(StageRun run, CountDownLatch told) {
        run.stop();
        try {
            boolean unused = told.await(STOP_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            return; // it has begun
        }
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
                            .flag("stopped", report.stopped())
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
                        + unchanged + verified
                        + (report.stopped() ? "; ended before all was there, run it again to go on" : ""));
        invocation.out().flush();
    }
}
