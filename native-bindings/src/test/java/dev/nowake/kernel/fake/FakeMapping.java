package dev.nowake.kernel.fake;

import java.util.BitSet;

/** A shared read-only mapping of a fake process. Pages it has touched refuse eviction. */
public final class FakeMapping {
    final FakeDescription description;
    final BitSet touched;
    private final FakeReader reader;
    private final FakeHost host;
    private final long address;
    private final long offsetBytes;
    private final long lengthBytes;
    private boolean mapped = true;

    FakeMapping(FakeReader reader, FakeDescription description, long address, long offsetBytes, long lengthBytes) {
        this.reader = reader;
        this.host = reader.host;
        this.description = description;
        this.address = address;
        this.offsetBytes = offsetBytes;
        this.lengthBytes = lengthBytes;
        this.touched = description.inode.pages.addMapper();
    }

    public long address() {
        return address;
    }

    public long offsetBytes() {
        return offsetBytes;
    }

    public long lengthBytes() {
        return lengthBytes;
    }

    /** Faults in a range of the mapping, relative to its start. Returns bytes that were resident before. */
    public long touch(long fromBytes, long bytes) {
        synchronized (host.lock) {
            FakeInode inode = description.inode;
            long inMapping = Math.min(bytes, Math.max(0, lengthBytes - fromBytes));
            FakeRange range = FakeRange.clamped(inode, offsetBytes + fromBytes, mapped ? inMapping : 0);
            if (range.isEmpty()) {
                return 0;
            }
            int before = inode.pages.residentPages(range.firstPage(), range.endPage());
            inode.pages.populate(range.firstPage(), range.endPage(), inode.mount.folioOrder(), page -> 0);
            touched.set(range.firstPage(), range.endPage());
            return Math.min((long) before * FakeInode.PAGE_BYTES, range.length());
        }
    }

    public long touchAll() {
        return touch(0, lengthBytes);
    }

    /** munmap(2): the last holder of the file closes it. */
    public void unmap() {
        synchronized (host.lock) {
            if (mapped) {
                mapped = false;
                description.inode.pages.removeMapper(touched);
                reader.remove(this);
                host.release(description);
            }
        }
    }
}
