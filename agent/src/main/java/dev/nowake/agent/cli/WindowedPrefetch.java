package dev.nowake.agent.cli;

import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.identify.FoundFile;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Prefetches pieces in their order and drops what it brought in again once so many bytes have followed. What was resident
 * before it came stays, and so does what read-ahead brought from between the pieces. For one thread, once.
 */
final class WindowedPrefetch {
    /** Batches that make up the window: while one is fetched, the oldest has been dropped. */
    private static final int BATCHES = 4;

    /** The largest folio: one that reaches over a batch's edge goes with the next batch. */
    private static final long FOLIO_BYTES = 2L << 20;

    private final Invocation invocation;
    private final List<PrefetchRun.Piece> pieces;
    private final long batchBytes;
    private final Evictor evictor;
    private final Deque<Map<FoundFile, RangeSet>> inside = new ArrayDeque<>();
    private final Map<FoundFile, RangeSet> before = new HashMap<>();
    private final Map<FoundFile, RangeSet> behind = new LinkedHashMap<>();
    private final List<PrefetchReport> reports = new ArrayList<>();
    private long evictedBytes;

    WindowedPrefetch(Invocation invocation, List<PrefetchRun.Piece> pieces, long windowBytes) throws CliException {
        this.invocation = invocation;
        this.pieces = pieces;
        this.batchBytes = Math.max(FOLIO_BYTES, windowBytes / BATCHES);
        this.evictor = new Evictor(invocation.kernel(), invocation.mappings());
    }

    /** As {@link PrefetchRun#run}; landed is what was there when its batch was done. */
    PrefetchReport run() throws CliException {
        // All of it now: read-ahead spills over, and what it brings was not there before.
        Map<FoundFile, List<ByteRange>> all = new LinkedHashMap<>();
        pieces.forEach(piece -> all.computeIfAbsent(piece.file(), file -> new ArrayList<>())
                .addAll(piece.ranges().ranges()));
        all.forEach((file, ranges) -> before.put(file, resident(file, RangeSet.ofAll(ranges))));
        List<PrefetchRun.Piece> batch = new ArrayList<>();
        long bytes = 0;
        for (PrefetchRun.Piece piece : pieces) {
            for (PrefetchRun.Piece part : cut(piece)) {
                if (bytes + part.ranges().bytes() > batchBytes) {
                    fetch(batch);
                    batch.clear();
                    bytes = 0;
                }
                batch.add(part);
                bytes += part.ranges().bytes();
            }
        }
        fetch(batch);
        // Read-ahead of later pieces may have brought back what was dropped.
        behind.forEach(this::evict);
        return sum();
    }

    long evictedBytes() {
        return evictedBytes;
    }

    /** A piece longer than a batch makes several. */
    private List<PrefetchRun.Piece> cut(PrefetchRun.Piece piece) {
        List<PrefetchRun.Piece> parts = new ArrayList<>();
        for (ByteRange range : piece.ranges().ranges()) {
            for (long at = range.start(); at < range.end(); ) {
                long end = Math.min(
                        range.end(), (at / FOLIO_BYTES * FOLIO_BYTES) + batchBytes / FOLIO_BYTES * FOLIO_BYTES);
                parts.add(new PrefetchRun.Piece(piece.file(), RangeSet.between(at, end)));
                at = end;
            }
        }
        return parts;
    }

    private void fetch(List<PrefetchRun.Piece> batch) throws CliException {
        if (batch.isEmpty()) {
            return;
        }
        Map<FoundFile, RangeSet> mine = new LinkedHashMap<>();
        for (PrefetchRun.Piece piece : batch) {
            mine.merge(piece.file(), piece.ranges(), RangeSet::union);
        }
        mine.replaceAll((file, ranges) -> ranges.minus(before.get(file)));
        reports.add(PrefetchRun.ofPieces(invocation, List.copyOf(batch)).run());
        inside.addLast(mine);
        if (inside.size() >= BATCHES) {
            inside.removeFirst().forEach(this::drop);
        }
    }

    /** All of it where it cannot be known: what may have been there is not dropped. */
    private RangeSet resident(FoundFile file, RangeSet ranges) {
        try (OpenFile open = invocation.kernel().files().open(file.path())) {
            ByteRange first = ranges.ranges().getFirst();
            long length = ranges.ranges().getLast().end() - first.start();
            List<ByteRange> resident = new ArrayList<>();
            for (Extent extent : invocation.kernel().pageCache().residentExtents(open, first.start(), length)) {
                if (extent.lengthBytes() > 0) {
                    resident.add(ByteRange.ofLength(extent.offsetBytes(), extent.lengthBytes()));
                }
            }
            return RangeSet.ofAll(resident);
        } catch (IOException | CliException unknown) {
            return ranges;
        }
    }

    /** With the folios that reach in from what is behind already. */
    private void drop(FoundFile file, RangeSet ranges) {
        RangeSet all = behind.merge(file, ranges, RangeSet::union);
        List<ByteRange> around = new ArrayList<>();
        for (ByteRange range : ranges.ranges()) {
            around.add(new ByteRange(Math.max(0, range.start() - FOLIO_BYTES), range.end() + FOLIO_BYTES));
        }
        evict(file, RangeSet.ofAll(around).intersect(all));
    }

    private void evict(FoundFile file, RangeSet ranges) {
        if (ranges.isEmpty()) {
            return;
        }
        try (OpenFile open = invocation.kernel().files().open(file.path())) {
            evictedBytes += evictor.evict(open, file.id(), ranges, 0).evictedBytes();
        } catch (IOException | CliException e) {
            invocation.warn(Invocation.show(file.path()) + ": not evicted: " + e.getMessage());
        }
    }

    private PrefetchReport sum() {
        Map<Path, PrefetchReport.Entry> entries = new LinkedHashMap<>();
        Map<Errno, Integer> errors = new HashMap<>();
        Set<String> mechanisms = new LinkedHashSet<>();
        double seconds = 0;
        int unreachable = 0;
        boolean truncated = false;
        CliException firstFailure = null;
        for (PrefetchReport each : reports) {
            each.files().forEach(entry -> entries.merge(entry.path(), entry, PrefetchReport.Entry::plus));
            each.errors().forEach((errno, count) -> errors.merge(errno, count, Integer::sum));
            mechanisms.add(each.mechanism());
            seconds += each.seconds();
            unreachable += each.unreachable();
            truncated |= each.truncated();
            firstFailure = firstFailure == null ? each.firstFailure() : firstFailure;
        }
        String mechanism = mechanisms.isEmpty() ? "none" : String.join("+", mechanisms);
        return new PrefetchReport(
                List.copyOf(entries.values()), seconds, mechanism, unreachable, firstFailure, truncated, errors);
    }
}
