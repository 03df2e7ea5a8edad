package dev.nowake.kernel.fake;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileStatus;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** A file, folder or symbolic link. Guarded by the kernel's lock. */
final class FakeInode {
    static final int PAGE_BYTES = 4096;
    private static final int REGULAR = 0x8000 | 0644;
    private static final int FOLDER = 0x4000 | 0755;
    private static final int LINK = 0xa000 | 0777;

    final FakeMount mount;
    final long number;
    final PageMap pages = new PageMap();
    /** Pages whose blocks were set aside before anything was written there. */
    final BitSet reserved = new BitSet();

    FakeContent content;
    /** Where a symbolic link points; null for anything else. */
    final String linkTarget;

    final boolean folder;
    long sizeBytes;
    long mtimeNanos = 1_700_000_000_000_000_000L;
    int links = 1;
    int uid;
    /** Neither owner nor writer: residency cannot be asked. */
    boolean residencyHidden;
    /** Open file descriptions and mappings that refer to it, the daemon's own included. */
    int references;
    /** Who has its flock(2); null for nobody. */
    FakeDescription lockedBy;

    private FakeInode(FakeMount mount, long number, FakeContent content, String linkTarget, boolean folder) {
        this.mount = mount;
        this.number = number;
        this.content = content;
        this.linkTarget = linkTarget;
        this.folder = folder;
        this.sizeBytes = content.sizeBytes();
    }

    static FakeInode file(FakeMount mount, long number, FakeContent content) {
        return new FakeInode(mount, number, content, null, false);
    }

    static FakeInode folder(FakeMount mount, long number) {
        return new FakeInode(mount, number, FakeContent.of(new byte[0]), null, true);
    }

    static FakeInode link(FakeMount mount, long number, String target) {
        return new FakeInode(mount, number, FakeContent.of(new byte[0]), target, false);
    }

    boolean isRegular() {
        return !folder && linkTarget == null;
    }

    FileStatus status() {
        int mode = folder ? FOLDER : linkTarget != null ? LINK : REGULAR;
        return new FileStatus(mount.device(), number, mode, links, sizeBytes, allocatedBytes(), mtimeNanos, uid);
    }

    private long allocatedBytes() {
        long allocated = 0;
        BitSet more = (BitSet) reserved.clone();
        for (Extent part : data(0, sizeBytes)) {
            allocated += part.lengthBytes();
            if (!more.isEmpty()) {
                more.clear(page(part.offsetBytes()), pageEnd(part.endBytes()));
            }
        }
        return (allocated + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES + (long) more.cardinality() * PAGE_BYTES;
    }

    void reserve(long start, long end) {
        reserved.set(page(start), pageEnd(end));
        if (end > sizeBytes) {
            sizeBytes = end;
            mtimeNanos++;
        }
    }

    /** The data inside a range of the file as it is now. */
    List<Extent> data(long start, long end) {
        List<Extent> inside = new ArrayList<>();
        for (Extent part : content.data()) {
            long from = Math.max(start, part.offsetBytes());
            long to = Math.min(Math.min(end, sizeBytes), part.endBytes());
            if (to > from) {
                inside.add(new Extent(from, to - from));
            }
        }
        return List.copyOf(inside);
    }

    void truncate(long bytes) {
        if (bytes < sizeBytes) {
            pages.dropFrom(pageEnd(bytes));
        }
        sizeBytes = bytes;
        mtimeNanos++;
    }

    static int page(long offsetBytes) {
        return Math.toIntExact(offsetBytes / PAGE_BYTES);
    }

    /** The number of pages that hold this many bytes. */
    static int pageEnd(long bytes) {
        return Math.toIntExact((bytes + PAGE_BYTES - 1) / PAGE_BYTES);
    }
}
