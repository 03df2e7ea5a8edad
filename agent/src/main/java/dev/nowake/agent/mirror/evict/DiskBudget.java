package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.ByteRange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * How a mirror's disk stands against its limits: the blocks of the mirror's files, and what is free on the disk, which others
 * fill too. A look is one statx(2) a file and one statvfs(3). Any thread.
 */
public final class DiskBudget {
    /**
     * btrfs shows space that was punched free only after its next commit, every 30 s (measured; ext4 and xfs at once). Without
     * this, whatever was freed for the reserve would be freed again and again until then.
     */
    private static final long UNSEEN_NANOS = 40_000_000_000L;

    /** Of what was freed; others write meanwhile, so that less than all of it may show. */
    private static final int UNSEEN_DIVISOR = 2;

    /** XATTR_SIZE_MAX of xattr(7): what a record may take where it does not fit its inode. */
    private static final long MOST_RECORD_BYTES = 1 << 16;

    private record Freed(long bytes, long untilNanos) {}

    private final DiskLimits limits;
    private final MirroredModels models;
    private final FileAccess files;
    private final DiskFree space;
    private final LongSupplier nanos;
    private final Deque<Freed> unseen = new ArrayDeque<>();

    public DiskBudget(DiskLimits limits, MirroredModels models, FileAccess files, DiskFree space, LongSupplier nanos) {
        this.limits = limits;
        this.models = models;
        this.files = files;
        this.space = space;
        this.nanos = nanos;
    }

    public DiskStanding look() throws IOException {
        long used = 0;
        for (MirroredModel model : models.all()) {
            used += model.twins().stream().mapToLong(this::blocks).sum();
        }
        DiskFree.Look disk = space.look();
        return new DiskStanding(
                limits.budget(disk.totalBytes()),
                used,
                disk.freeBytes() + unseenBytes(),
                limits.reserve(disk.totalBytes()));
    }

    /** What would be free without its bytes. An empty file's record may have a block, which it keeps. */
    long onDiskBytes(Twin twin) {
        long bytes = blocks(twin);
        return bytes <= MOST_RECORD_BYTES && isEmpty(twin) ? 0 : bytes;
    }

    private static boolean isEmpty(Twin twin) {
        long size = twin.identity().sizeBytes();
        return twin.missing(new ByteRange(0, size)).bytes() == size;
    }

    /** 0 for a file that is gone. */
    private long blocks(Twin twin) {
        try {
            return files.status(twin.local()).allocatedBytes();
        } catch (KernelException gone) {
            return 0;
        }
    }

    /** What the filesystem says now. */
    long shownFreeBytes() throws IOException {
        return space.look().freeBytes();
    }

    /**
     * Somebody's blocks were given back.
     *
     * @param shownBytes by how much what the filesystem shows free has grown meanwhile
     */
    synchronized void freed(long bytes, long shownBytes) {
        long missing = bytes - Math.max(0, shownBytes);
        if (missing > bytes / UNSEEN_DIVISOR) {
            unseen.add(new Freed(missing, nanos.getAsLong() + UNSEEN_NANOS));
        }
    }

    private synchronized long unseenBytes() {
        long now = nanos.getAsLong();
        while (!unseen.isEmpty() && unseen.peek().untilNanos() - now <= 0) {
            unseen.remove();
        }
        return unseen.stream().mapToLong(Freed::bytes).sum();
    }
}
