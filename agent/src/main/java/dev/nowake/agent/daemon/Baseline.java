package dev.nowake.agent.daemon;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.Residency;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What of each file was resident while nobody read it. Without a reader pages only leave, so at the next open this,
 * together with what is resident then, tells the pages that were there before from those the reader has just brought.
 * Any thread.
 */
final class Baseline {
    /** {@code sizeBytes}: what the file's size was taken to be; of a file that has grown since, it tells nothing. */
    private record Idle(RangeSet resident, long sizeBytes, long residentBytes) {
        Idle(RangeSet resident, long sizeBytes) {
            this(resident, sizeBytes, resident.bytes());
        }
    }

    private final Kernel kernel;
    private final Map<FileId, Idle> idle = new ConcurrentHashMap<>();
    private final Set<FileId> changed = ConcurrentHashMap.newKeySet();

    private final AtomicLong changes = new AtomicLong();

    Baseline(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Grows whenever something else is known of some file. */
    long changes() {
        return changes.get();
    }

    private void hasChanged(FileId id) {
        changed.add(id);
        changes.incrementAndGet();
    }

    void remember(FileId id, RangeSet resident, long sizeBytes) {
        idle.put(id, new Idle(resident, sizeBytes));
        hasChanged(id);
    }

    /** The same, of a file of which more is resident than was there before: what policies are told. */
    void remember(FileId id, RangeSet before, long sizeBytes, long residentBytes) {
        idle.put(id, new Idle(before, sizeBytes, residentBytes));
        changed.add(id);
    }

    /** Tells of each file about which something else is known since the last call. */
    void drainChanged(Consumer<FileId> each) {
        for (FileId id : changed) {
            changed.remove(id);
            each.accept(id);
        }
    }

    /** What was resident when it was last looked at while nobody read it; -1 where it never was. */
    long residentBytes(FileId id) {
        Idle last = idle.get(id);
        return last == null ? -1 : last.residentBytes();
    }

    /** Used by somebody whose pages we did not follow: the next open starts from what it finds. */
    void forget(FileId id) {
        idle.remove(id);
        hasChanged(id);
    }

    /** Only if nothing is known yet. */
    void rememberFirst(FileId id, RangeSet resident, long sizeBytes) {
        idle.putIfAbsent(id, new Idle(resident, sizeBytes));
        hasChanged(id);
    }

    /**
     * The ranges that were resident before the reader came.
     *
     * @return all that is resident now where nothing was known before
     */
    RangeSet before(FileId id, OpenFile file, long sizeBytes, long residentNowBytes) {
        Idle last = idle.get(id);
        RangeSet known = last == null || last.sizeBytes() != sizeBytes ? null : last.resident();
        if (residentNowBytes == 0 || (known != null && known.isEmpty())) {
            return RangeSet.EMPTY;
        }
        RangeSet now = resident(file, sizeBytes);
        return known == null ? now : known.intersect(now);
    }

    /** Everything, where residency cannot be known: what may have been there before must stay. */
    RangeSet resident(OpenFile file, long sizeBytes) {
        try {
            Residency residency = kernel.pageCache().residency(file, 0, sizeBytes);
            if (residency.residentBytes() == 0) {
                return RangeSet.EMPTY;
            }
            List<ByteRange> ranges = new ArrayList<>();
            for (Extent extent : kernel.pageCache().residentExtents(file, 0, sizeBytes)) {
                if (extent.lengthBytes() > 0) {
                    ranges.add(ByteRange.ofLength(extent.offsetBytes(), extent.lengthBytes()));
                }
            }
            return RangeSet.ofAll(ranges);
        } catch (KernelException unknown) {
            return RangeSet.between(0, sizeBytes);
        }
    }
}
