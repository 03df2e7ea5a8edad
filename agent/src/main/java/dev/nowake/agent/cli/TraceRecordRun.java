package dev.nowake.agent.cli;

import dev.nowake.agent.identify.FoundFile;
import dev.nowake.agent.trace.Recorder;
import dev.nowake.agent.trace.Recorders;
import dev.nowake.agent.trace.TraceFiles;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceException;
import dev.nowake.policy.trace.TraceStatistics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One recording, from its first to its last event. A signal ends it as the time does: what was seen is written. */
final class TraceRecordRun {
    /** Reading what waits in the kernel's buffers and writing the trace. */
    private static final long SIGNAL_SECONDS = 30;

    private final Invocation invocation;
    private final TraceRecordOptions options;
    private final CompletableFuture<Void> signal = new CompletableFuture<>();
    private final CountDownLatch written = new CountDownLatch(1);
    private volatile int exit = ExitCode.FAILED;
    private int commandExit;

    TraceRecordRun(Invocation invocation, TraceRecordOptions options) {
        this.invocation = invocation;
        this.options = options;
    }

    int run() throws CliException, IOException, InterruptedException {
        options.check();
        Path folder = options.target().toAbsolutePath().getParent();
        if (folder == null || !Files.isWritable(folder)) {
            throw CliException.usage("-o: no trace can be written to " + Invocation.show(options.target())
                    + ": its folder does not exist or is not writable");
        }
        List<Path> files = Targets.find(invocation, options.roots()).files().stream()
                .map(FoundFile::path)
                .toList();
        Thread hook = new Thread(this::signalled, "nowake-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try (Recorder recorder = open(files)) {
            recorder.begin();
            await();
            Trace trace = recorder.finish();
            write(trace);
            report(trace);
            exit = commandExit == 0 ? ExitCode.DONE : ExitCode.PARTLY_DONE;
            return exit;
        } finally {
            written.countDown();
            forget(hook);
        }
    }

    private void signalled() {
        signal.complete(null);
        try {
            if (written.await(SIGNAL_SECONDS, TimeUnit.SECONDS)) {
                // A signal would end as 143, and what was asked for was done.
                Runtime.getRuntime().halt(exit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook ends the process.
        }
    }

    private Recorder open(List<Path> files) throws CliException {
        try {
            return Recorders.open(invocation.kernel(), files, options.scope(), invocation::warn);
        } catch (KernelException e) {
            if (e.errno().equals(Errno.EPERM)) {
                throw new CliException(
                        ExitCode.NOT_PERMITTED,
                        "not_permitted",
                        "neither the kernel's events nor these files' residency are ours to see: run as root",
                        e);
            }
            throw CliException.of(files.getFirst(), e);
        } catch (IOException e) {
            throw CliException.of(files.getFirst(), e);
        }
    }

    private void await() throws CliException, InterruptedException {
        CompletableFuture<?> end = new CompletableFuture<>();
        Process child = null;
        if (!options.command().isEmpty()) {
            child = start();
            end = child.onExit();
        } else if (options.pid() != null) {
            end = ProcessHandle.of(options.pid())
                    .<CompletableFuture<?>>map(ProcessHandle::onExit)
                    .orElse(CompletableFuture.completedFuture(null));
        }
        try {
            CompletableFuture.anyOf(signal, end).get((long) (options.seconds() * 1e9), TimeUnit.NANOSECONDS);
        } catch (TimeoutException over) {
            // As asked.
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (child != null && !child.isAlive()) {
            commandExit = child.exitValue();
        }
    }

    /** On this thread: the recorder follows what it forks. */
    private Process start() throws CliException {
        ProcessBuilder builder = new ProcessBuilder(options.command()).inheritIO();
        if (invocation.json()) {
            builder.redirectOutput(ProcessBuilder.Redirect.PIPE);
        }
        try {
            Process child = builder.start();
            if (invocation.json()) {
                // Stdout is for the one document.
                Thread.ofPlatform().daemon().name("nowake-output").start(() -> pass(child));
            }
            return child;
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "not_found",
                    "cannot run " + Line.of(options.command().getFirst()) + ": " + e.getMessage(),
                    e);
        }
    }

    private void pass(Process child) {
        try (InputStream output = child.getInputStream()) {
            output.transferTo(invocation.err());
        } catch (IOException ended) {
            // With its process.
        }
    }

    private void write(Trace trace) throws CliException {
        try {
            TraceFiles.write(options.target(), trace, options.format());
        } catch (IOException e) {
            throw CliException.of(options.target(), e);
        } catch (TraceException e) {
            throw new CliException(ExitCode.FAILED, "not_writable", e.getMessage(), e);
        }
    }

    private void report(Trace trace) throws CliException {
        TraceStatistics statistics = TraceStatistics.of(trace);
        if (trace.header().lostEvents() > 0) {
            invocation.warn(trace.header().lostEvents() + " events were lost: the trace has holes");
        }
        if (trace.header().droppedAccesses() > 0) {
            invocation.warn(trace.header().droppedAccesses() + " accesses found no room: the trace's end is missing");
        }
        if (trace.accesses().isEmpty()) {
            invocation.warn("nothing was touched of the " + trace.files().size() + " files below --root");
        }
        if (commandExit != 0) {
            invocation.warn("the command ended with exit code " + commandExit);
        }
        if (invocation.json()) {
            JsonOutput.write(
                    invocation.out(),
                    json -> json.path(options.target())
                            .text("source", trace.header().source().label())
                            .number("files", statistics.files().size())
                            .number("accesses", trace.accesses().size())
                            .number("touchedBytes", statistics.touchedBytes())
                            .number("distinctBytes", statistics.distinctBytes())
                            .decimal("seconds", trace.header().durationNanos() / 1e9)
                            .number("lostEvents", trace.header().lostEvents())
                            .number("droppedAccesses", trace.header().droppedAccesses()));
        } else {
            invocation
                    .out()
                    .println(
                            "recorded " + trace.accesses().size() + " accesses, " + Sizes.of(statistics.distinctBytes())
                                    + " of " + statistics.files().size() + " files in "
                                    + Sizes.digits(trace.header().durationNanos() / 1e9) + " s ("
                                    + trace.header().source().label() + ")");
            invocation.out().flush();
        }
    }
}
