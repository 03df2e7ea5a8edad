package dev.nowake.agent.cli;

import dev.nowake.agent.pack.CheckReport;
import dev.nowake.agent.pack.Compression;
import dev.nowake.agent.pack.ImageCheck;
import dev.nowake.agent.pack.PackException;
import dev.nowake.agent.pack.PackOrder;
import dev.nowake.agent.pack.PackReport;
import dev.nowake.agent.pack.PackRun;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes one read-only image of a model, and checks images. */
@Command(
        name = "pack",
        description =
                "Makes a read-only EROFS image of a model folder or file, with mkfs.erofs, and a list of its files with their"
                        + " SHA-256 beside it, OUT.json. With --verify and one argument: checks an image that is there against"
                        + " its list.")
final class PackVerb implements Callable<Integer> {
    private static final long STOP_SECONDS = 10;

    @Parameters(
            index = "0",
            paramLabel = "MODEL|IMAGE",
            description = "A folder or a file to pack; links that lead out of the folder are followed. Alone with"
                    + " --verify: an image to check.")
    private String model;

    @Parameters(index = "1", arity = "0..1", paramLabel = "OUT", description = "The image's name, as model.erofs.")
    private String image;

    @Option(
            names = "--compress",
            paramLabel = "ALGORITHM[,LEVEL]",
            description = "lz4, lz4hc, zstd or what else the host's mkfs.erofs has (default: none).")
    private String compression;

    @Option(
            names = "--verify",
            description = "Mounts the image where nobody else sees it and compares every file's content.")
    private boolean verify;

    @Option(names = "--force", description = "Replaces an image that is there.")
    private boolean force;

    @Option(
            names = "--mkfs",
            paramLabel = "FILE",
            description = "The mkfs.erofs to use (default: the first in PATH and the usual places).")
    private String mkfs;

    private final Invocation invocation;

    PackVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException, InterruptedException {
        Path first = RawArguments.path(model);
        try {
            if (image != null) {
                return pack(first, RawArguments.path(image));
            }
            if (!verify) {
                throw CliException.usage("give the image's name, too: nowake pack " + Invocation.show(first)
                        + " OUT.erofs;" + " or --verify to check an image");
            }
            if (compression != null || force || mkfs != null) {
                throw CliException.usage("--compress, --force and --mkfs are for packing: name what to pack, and OUT");
            }
            return check(first);
        } catch (PackException refused) {
            throw new CliException(exitCode(refused.kind()), word(refused.kind()), refused.getMessage(), refused);
        } catch (FileSystemException named) {
            throw CliException.of(named.getFile() == null ? first : Path.of(named.getFile()), named);
        } catch (IOException unreadable) {
            throw CliException.of(first, unreadable);
        }
    }

    private static int exitCode(PackException.Kind kind) {
        return switch (kind) {
            case USAGE -> ExitCode.USAGE;
            case NOT_SUPPORTED -> ExitCode.NOT_SUPPORTED;
            case NOT_PERMITTED -> ExitCode.NOT_PERMITTED;
            case FAILED -> ExitCode.FAILED;
        };
    }

    private static String word(PackException.Kind kind) {
        return kind.name().toLowerCase(java.util.Locale.ROOT);
    }

    private int pack(Path from, Path to) throws IOException, InterruptedException, CliException {
        PackRun run = new PackRun(
                invocation.kernel(),
                new PackOrder(from, to, compression(), force, verify, mkfs == null ? null : RawArguments.path(mkfs)));
        tell(watched(run.sizeBytes(), run::doneBytes, run::stop, run::run), to);
        return ExitCode.DONE;
    }

    private Compression compression() throws CliException {
        try {
            return compression == null ? null : Compression.parse(compression);
        } catch (IllegalArgumentException wrong) {
            throw CliException.usage("--compress " + compression + ": " + wrong.getMessage());
        }
    }

    private int check(Path target) throws IOException, InterruptedException, CliException {
        ImageCheck check = new ImageCheck(invocation.kernel());
        ImageCheck.Subject subject = check.subject(target);
        CheckReport report = watched(subject.sizeBytes(), check::doneBytes, check::stop, () -> check.of(subject));
        report.wrong().forEach(each -> invocation.warn(Invocation.show(each.path()) + ": " + each.reason()));
        if (invocation.json()) {
            JsonOutput.write(invocation.out(), json -> write(json, report));
        } else {
            invocation
                    .out()
                    .println("checked " + report.files() + " files, " + Sizes.of(report.sizeBytes()) + " in "
                            + Sizes.digits(report.seconds()) + " s, mounted as a " + report.mountedBy() + ": "
                            + (report.isRight()
                                    ? "all as packed"
                                    : report.wrong().size() + " wrong"));
            invocation.out().flush();
        }
        return report.isRight() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /** With a bar for a person at a terminal, and {@code stop} for a signal. */
    private <T> T watched(long wholeBytes, LongSupplier doneBytes, Runnable stop, Work<T> work)
            throws IOException, InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Thread onStop = new Thread(() -> stop(stop, ended), "nowake-pack-stop");
        Runtime.getRuntime().addShutdownHook(onStop);
        Progress progress = Progress.start(invocation, wholeBytes, doneBytes);
        try {
            return work.run();
        } finally {
            progress.close();
            ended.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(onStop);
            } catch (IllegalStateException underWay) {
                // it is what ended the work
            }
        }
    }

    /** The process ends when this returns: what the work would leave behind it has to remove before. */
    private static void stop(Runnable stop, CountDownLatch ended) {
        stop.run();
        try {
            ended.await(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException noTime) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(JsonOutput json, CheckReport report) {
        json.number("files", report.files())
                .number("sizeBytes", report.sizeBytes())
                .text("mountedBy", report.mountedBy())
                .decimal("seconds", report.seconds())
                .array("wrong", report.wrong(), each -> json.path(each.path()).text("reason", each.reason()));
    }

    private void tell(PackReport report, Path to) {
        report.skipped()
                .forEach(path -> invocation.warn(Invocation.show(path) + ": left out, it is no file, folder or link"));
        report.notes().forEach(invocation::warn);
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> json.number("files", report.files())
                            .number("links", report.links())
                            .number("sizeBytes", report.sizeBytes())
                            .number("imageBytes", report.imageBytes())
                            .number("allocatedBytes", report.allocatedBytes())
                            .number("alignmentBytes", report.alignmentBytes())
                            .text("uuid", report.uuid())
                            .text("mkfsVersion", report.mkfsVersion())
                            .decimal("seconds", report.seconds())
                            .flag("verified", report.check() != null)
                            .array("skipped", report.skipped(), json::path));
            return;
        }
        invocation
                .out()
                .println("packed " + report.files() + " files, " + Sizes.of(report.sizeBytes()) + " into "
                        + Invocation.show(to) + ", " + Sizes.of(report.allocatedBytes()) + " on the disk, in "
                        + Sizes.digits(report.seconds()) + " s"
                        + (report.check() == null ? "" : ", verified"));
        invocation.out().flush();
    }
}
