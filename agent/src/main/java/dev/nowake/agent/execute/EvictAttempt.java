package dev.nowake.agent.execute;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.Residency;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One eviction under way, stepped by its caller. For one thread. */
public final class EvictAttempt {
    /** Means that nothing is left to try. */
    public static final long DONE = Long.MAX_VALUE;

    /**
     * The largest folio of the page cache (PMD order on x86-64 and arm64 with 4 KiB pages). A folio that reaches over a
     * range's edge stays, and lies within this distance of it.
     */
    private static final long FOLIO_BYTES = 2L << 20;

    /**
     * The first pause, doubled each time. Pages held by a CPU's batch are free in a millisecond, dirty ones need storage:
     * a futile call costs some 100 us, so trying sooner than this would be felt.
     */
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /**
     * One call's worth: it takes a tenth of a second where all of it is resident, and an operator's stop is heeded between
     * two. A multiple of the largest folio, so that none is cut.
     */
    private static final long PIECE_BYTES = 1L << 30;

    private final PageCache pages;
    private final MappingFinder mappings;
    private final OpenFile file;
    private final FileId id;
    private final List<ByteRange> ranges;
    private final long sizeBytes;
    private final long deadlineNanos;
    private final BooleanSupplier goesOn;

    private long residentBeforeBytes = -1;
    private long residentBytes;
    private long dirtyBytes;
    private long edgeBytes;
    private boolean unknown;
    private boolean begun;
    private boolean mapped;
    private int tries;
    private long pauseNanos = FIRST_PAUSE_NANOS;

    EvictAttempt(
            PageCache pages,
            MappingFinder mappings,
            OpenFile file,
            FileId id,
            List<ByteRange> ranges,
            long sizeBytes,
            long deadlineNanos,
            BooleanSupplier goesOn) {
        this.pages = pages;
        this.mappings = mappings;
        this.file = file;
        this.id = id;
        this.ranges = ranges;
        this.sizeBytes = sizeBytes;
        this.deadlineNanos = deadlineNanos;
        this.goesOn = goesOn;
    }

    /**
     * Tries once, without waiting.
     *
     * @return when to call again, on the clock of {@code nowNanos}; {@link #DONE} when all is gone, what stays will stay, or
     *     the deadline has passed
     */
    public long step(long nowNanos) throws IOException {
        if (!begun) {
            begun = true;
            look();
            residentBeforeBytes = residentBytes;
            if (!unknown && residentBytes == 0) {
                return DONE;
            }
        }
        drop();
        tries++;
        look();
        if (unknown || stuckBytes() == 0) {
            return DONE;
        }
        if (cleanBytes() > 0 && (tries > 1 || nowNanos >= deadlineNanos)) {
            mapped = mappings.isMapped(id);
        }
        boolean hopeless = mapped && dirtyBytes == 0;
        if (hopeless || nowNanos >= deadlineNanos || !goesOn.getAsBoolean()) {
            return DONE;
        }
        long next = Math.min(nowNanos + pauseNanos, deadlineNanos);
        pauseNanos = Math.min(pauseNanos * 2, LONGEST_PAUSE_NANOS);
        return next;
    }

    /** What the last step saw. */
    public EvictOutcome outcome() {
        if (unknown) {
            return new EvictOutcome(0, -1, 0, Map.of());
        }
        Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
        long dirty = Math.min(dirtyBytes, stuckBytes());
        if (dirty > 0) {
            refused.put(Refusal.DIRTY, dirty);
        }
        if (cleanBytes() > 0) {
            refused.put(mapped ? Refusal.MAPPED : Refusal.BUSY, cleanBytes());
        }
        return new EvictOutcome(Math.max(0, residentBeforeBytes - residentBytes), residentBytes, edgeBytes, refused);
    }

    /** Resident although it should have gone. */
    private long stuckBytes() {
        return Math.max(0, residentBytes - edgeBytes);
    }

    private long cleanBytes() {
        return Math.max(0, stuckBytes() - dirtyBytes);
    }

    private void drop() throws KernelException {
        for (ByteRange range : ranges) {
            long at = range.start();
            while (at < range.end() && goesOn.getAsBoolean()) {
                long next = Math.min(range.end(), (at / PIECE_BYTES + 1) * PIECE_BYTES);
                pages.evict(file, at, next - at);
                at = next;
            }
        }
    }

    private void look() throws KernelException {
        residentBytes = 0;
        dirtyBytes = 0;
        edgeBytes = 0;
        for (ByteRange range : ranges) {
            Residency residency = pages.residency(file, range.start(), range.lengthBytes());
            unknown |= !residency.isKnown();
            residentBytes += Math.max(0, residency.residentBytes());
            dirtyBytes += residency.dirtyBytes() + residency.writebackBytes();
            if (residency.residentBytes() > 0) {
                edgeBytes += edges(range);
            }
        }
    }

    private long edges(ByteRange range) throws KernelException {
        long innerStart = range.start() == 0 ? 0 : Math.ceilDiv(range.start(), FOLIO_BYTES) * FOLIO_BYTES;
        long innerEnd = range.end() >= sizeBytes ? range.end() : range.end() / FOLIO_BYTES * FOLIO_BYTES;
        if (innerStart >= innerEnd) {
            return resident(range.start(), range.end());
        }
        return resident(range.start(), innerStart) + resident(innerEnd, range.end());
    }

    private long resident(long start, long end) throws KernelException {
        return start >= end
                ? 0
                : Math.max(0, pages.residency(file, start, end - start).residentBytes());
    }
}
