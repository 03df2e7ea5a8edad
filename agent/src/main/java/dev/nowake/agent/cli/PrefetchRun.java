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
import dev.nowake.kernel.proc.BackingDevice;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** One prefetch of files, or of pieces of them in a given order: a job for each mount, all at once. For one thread, once. */
final class PrefetchRun {
    /** More than the widest mount keeps in flight (64 MiB), so that two mounts do not slow each other down. */
    private static final long BUDGET_BYTES = 256L << 20;

    private static final int MAX_STREAMS = 64;

    /** Each waits as an object of some hundred bytes: of pieces the next are added when these are done. */
    private static final int MAX_WAITING = 8192;

    /** A part of a file, at its place in the order. */
    record Piece(FoundFile file, RangeSet ranges) {}

    private final Invocation invocation;
    private final Kernel kernel;
    private final List<Piece> pieces;
    private final MountInfo mounts = MountInfo.read();
    private final Map<Long, PrefetchJob> jobs = new LinkedHashMap<>();
    private final Map<FileId, OpenFile> open = new HashMap<>();
    private final Map<FileId, Wanted> added = new LinkedHashMap<>();
    private int waiting;
    private final InFlightBudget budget = new InFlightBudget(BUDGET_BYTES);
    private final AtomicLong landedBytes = new AtomicLong();
    private final PrefetchListener listener = new PrefetchListener() {
        @Override
        public void chunkDone(FileId file, ByteRange range, long landed) {
            landedBytes.addAndGet(landed);
        }
    };
    private final Map<Path, PrefetchReport.Entry> entries = new LinkedHashMap<>();
    private final Set<String> mechanisms = new LinkedHashSet<>();
    private final Map<Errno, Integer> errors = new HashMap<>();
    private boolean truncated;

    /** First call for data to the last look; the opening between two batches is not I/O. */
    private long ioNanos;

    private final Set<FileId> unreachable = new HashSet<>();
    private CliException firstFailure;

    private record Wanted(FoundFile file, List<ByteRange> ranges) {}

    private PrefetchRun(Invocation invocation, List<Piece> pieces) throws CliException {
        this.invocation = invocation;
        this.kernel = invocation.kernel();
        this.pieces = pieces;
    }

    /** Files from their first byte to their last. */
    static PrefetchRun of(Invocation invocation, List<FoundFile> files) throws CliException {
        RangeSet whole = RangeSet.between(0, Long.MAX_VALUE);
        return new PrefetchRun(
                invocation, files.stream().map(file -> new Piece(file, whole)).toList());
    }

    /** Pieces that do not overlap, in this order. */
    static PrefetchRun ofPieces(Invocation invocation, List<Piece> pieces) throws CliException {
        return new PrefetchRun(invocation, pieces);
    }

    /** Blocks until all is there or has failed. Fails when no file could be opened at all. */
    PrefetchReport run() throws CliException {
        Progress progress = Progress.start(invocation, wholeBytes(), landedBytes::get);
        try (Prefetcher prefetcher = new Prefetcher(kernel, MAX_STREAMS)) {
            pieces.forEach(piece -> add(prefetcher, piece));
            completeAdded();
        } finally {
            progress.close();
            open.values().forEach(OpenFile::close);
        }
        if (entries.isEmpty() && firstFailure != null) {
            throw firstFailure.andMore(unreachable.size() - 1);
        }
        String mechanism = mechanisms.isEmpty() ? "none" : String.join("+", mechanisms);
        return new PrefetchReport(
                List.copyOf(entries.values()),
                ioNanos / 1e9,
                mechanism,
                unreachable.size(),
                firstFailure,
                truncated,
                errors);
    }

    private long wholeBytes() {
        return pieces.stream()
                .mapToLong(piece ->
                        piece.ranges().within(0, piece.file().sizeBytes()).bytes())
                .sum();
    }

    private void add(Prefetcher prefetcher, Piece piece) {
        FoundFile file = piece.file();
        if (unreachable.contains(file.id())) {
            return;
        }
        if (waiting >= MAX_WAITING) {
            completeAdded();
        }
        try {
            OpenFile opened = open.get(file.id());
            if (opened == null) {
                opened = open(file);
                open.put(file.id(), opened);
            }
            waiting++;
            added.computeIfAbsent(file.id(), id -> new Wanted(file, new ArrayList<>()))
                    .ranges()
                    .addAll(piece.ranges().ranges());
            jobs.computeIfAbsent(file.id().device(), device -> prefetcher.start(traits(device), budget, listener))
                    .add(opened, file.id(), piece.ranges());
        } catch (IOException e) {
            CliException failure = CliException.of(file.path(), e);
            firstFailure = firstFailure == null ? failure : firstFailure;
            unreachable.add(file.id());
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
        for (Wanted wanted : added.values()) {
            FileOutcome outcome = outcomes.get(wanted.file().id());
            truncated |= outcome.truncated();
            PrefetchReport.Entry entry = new PrefetchReport.Entry(
                    wanted.file().path(),
                    outcome.requestedBytes(),
                    landedAtEnd(outcome, wanted.ranges()),
                    outcome.alreadyResidentBytes());
            entries.merge(entry.path(), entry, PrefetchReport.Entry::plus);
        }
        long end = System.nanoTime();
        ioNanos += starts.stream().mapToLong(start -> end - start).max().orElse(0);
        open.values().forEach(OpenFile::close);
        open.clear();
        jobs.clear();
        added.clear();
        waiting = 0;
    }

    private MountTraits traits(long device) {
        long readAhead =
                BackingDevice.read(device).map(BackingDevice::readAheadBytes).orElse(0L);
        String fsType = mounts.byDevice(device).map(mount -> mount.fsType()).orElse("unknown");
        return MountTraits.of(device, fsType, readAhead).withDescriptorPerStream();
    }

    /** What landed may have gone again before the last file was in: only what is there at the end counts. */
    private long landedAtEnd(FileOutcome outcome, List<ByteRange> ranges) {
        OpenFile file = open.get(outcome.id());
        if (!outcome.verified() || file == null) {
            return outcome.landedBytes();
        }
        try {
            long size = kernel.files().status(file).sizeBytes();
            long resident = 0;
            for (ByteRange range : RangeSet.ofAll(ranges).within(0, size).ranges()) {
                resident += kernel.pageCache()
                        .residency(file, range.start(), range.lengthBytes())
                        .residentBytes();
            }
            long missing = outcome.requestedBytes() + outcome.alreadyResidentBytes() - resident;
            return Math.clamp(outcome.requestedBytes() - Math.max(0, missing), 0, outcome.landedBytes());
        } catch (KernelException e) {
            return 0;
        }
    }
}
