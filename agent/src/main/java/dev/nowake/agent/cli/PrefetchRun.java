package dev.nowake.agent.cli;

import dev.nowake.agent.execute.FileOutcome;
import dev.nowake.agent.execute.InFlightBudget;
import dev.nowake.agent.execute.MountTraits;
import dev.nowake.agent.execute.PrefetchJob;
import dev.nowake.agent.execute.PrefetchListener;
import dev.nowake.agent.execute.PrefetchOutcome;
import dev.nowake.agent.execute.Prefetcher;
import dev.nowake.agent.identify.FoundFile;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.Residency;
import dev.nowake.kernel.proc.BackingDevice;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** One prefetch of a list of files: a job for each mount, all at once. For one thread, once. */
final class PrefetchRun {
    /** More than the widest mount keeps in flight (64 MiB), so that two mounts do not slow each other down. */
    private static final long BUDGET_BYTES = 256L << 20;

    private static final int MAX_STREAMS = 64;

    private final Invocation invocation;
    private final Kernel kernel;
    private final List<FoundFile> files;
    private final MountInfo mounts = MountInfo.read();
    private final Map<Long, PrefetchJob> jobs = new LinkedHashMap<>();
    private final Map<FileId, OpenFile> open = new HashMap<>();
    private final List<FoundFile> added = new ArrayList<>();
    private final InFlightBudget budget = new InFlightBudget(BUDGET_BYTES);
    private final AtomicLong landedBytes = new AtomicLong();
    private final PrefetchListener listener = new PrefetchListener() {
        @Override
        public void chunkDone(FileId file, ByteRange range, long landed) {
            landedBytes.addAndGet(landed);
        }
    };
    private final List<PrefetchReport.Entry> entries = new ArrayList<>();
    private final Set<String> mechanisms = new LinkedHashSet<>();
    private final Map<Errno, Integer> errors = new HashMap<>();
    private boolean truncated;

    /** First call for data to the last look; the opening between two batches is not I/O. */
    private long ioNanos;

    private int unreachable;
    private CliException firstFailure;

    PrefetchRun(Invocation invocation, List<FoundFile> files) throws CliException {
        this.invocation = invocation;
        this.kernel = invocation.kernel();
        this.files = files;
    }

    /** Blocks until all is there or has failed. Fails when no file could be opened at all. */
    PrefetchReport run() throws CliException {
        Progress progress = Progress.start(invocation, files, landedBytes::get);
        try (Prefetcher prefetcher = new Prefetcher(kernel, MAX_STREAMS)) {
            files.forEach(file -> add(prefetcher, file));
            completeAdded();
        } finally {
            progress.close();
            open.values().forEach(OpenFile::close);
        }
        if (entries.isEmpty() && firstFailure != null) {
            throw firstFailure.andMore(unreachable - 1);
        }
        String mechanism = mechanisms.isEmpty() ? "none" : String.join("+", mechanisms);
        return new PrefetchReport(entries, ioNanos / 1e9, mechanism, unreachable, firstFailure, truncated, errors);
    }

    private void add(Prefetcher prefetcher, FoundFile file) {
        try {
            OpenFile opened = open(file);
            open.put(file.id(), opened);
            added.add(file);
            jobs.computeIfAbsent(file.id().device(), device -> prefetcher.start(traits(device), budget, listener))
                    .add(opened, file.id(), RangeSet.between(0, Long.MAX_VALUE));
        } catch (IOException e) {
            CliException failure = CliException.of(file.path(), e);
            firstFailure = firstFailure == null ? failure : firstFailure;
            unreachable++;
        }
    }

    /** When descriptors run out, waits for the files so far and closes them. */
    private OpenFile open(FoundFile file) throws IOException {
        try {
            return kernel.files().open(file.path());
        } catch (KernelException e) {
            if (!e.errno().equals(Errno.EMFILE) || open.isEmpty()) {
                throw e;
            }
        }
        completeAdded();
        return kernel.files().open(file.path());
    }

    private void completeAdded() {
        jobs.values().forEach(PrefetchJob::finish);
        Map<FileId, FileOutcome> outcomes = new HashMap<>();
        List<Long> starts = new ArrayList<>();
        for (PrefetchJob job : jobs.values()) {
            PrefetchOutcome outcome = job.completion().join();
            mechanisms.add(outcome.mechanism().label());
            if (outcome.elapsedNanos() > 0) {
                starts.add(outcome.startNanos());
            }
            outcome.errors().forEach((errno, count) -> errors.merge(errno, count, Integer::sum));
            outcome.files().forEach(file -> outcomes.put(file.id(), file));
        }
        for (FoundFile file : added) {
            FileOutcome outcome = outcomes.get(file.id());
            truncated |= outcome.truncated();
            entries.add(new PrefetchReport.Entry(
                    file.path(), outcome.requestedBytes(), landedAtEnd(outcome), outcome.alreadyResidentBytes()));
        }
        long end = System.nanoTime();
        ioNanos += starts.stream().mapToLong(start -> end - start).max().orElse(0);
        open.values().forEach(OpenFile::close);
        open.clear();
        jobs.clear();
        added.clear();
    }

    private MountTraits traits(long device) {
        long readAhead =
                BackingDevice.read(device).map(BackingDevice::readAheadBytes).orElse(0L);
        String fsType = mounts.byDevice(device).map(mount -> mount.fsType()).orElse("unknown");
        return MountTraits.of(device, fsType, readAhead).withDescriptorPerStream();
    }

    /** What landed may have gone again before the last file was in: only what is there at the end counts. */
    private long landedAtEnd(FileOutcome outcome) {
        OpenFile file = open.get(outcome.id());
        if (!outcome.verified() || file == null) {
            return outcome.landedBytes();
        }
        try {
            long size = kernel.files().status(file).sizeBytes();
            Residency now = kernel.pageCache().residency(file, 0, size);
            long missing = outcome.requestedBytes() + outcome.alreadyResidentBytes() - now.residentBytes();
            return Math.clamp(outcome.requestedBytes() - Math.max(0, missing), 0, outcome.landedBytes());
        } catch (KernelException e) {
            return 0;
        }
    }
}
