package dev.nowake.kernel.fake;

import dev.nowake.kernel.FileEvent;
import java.util.ArrayList;
import java.util.List;

/** A descriptor of a fake process. */
public final class FakeHandle implements AutoCloseable {
    final FakeDescription description;
    private final FakeReader reader;
    private final FakeHost host;
    private long positionBytes;
    private boolean open = true;

    FakeHandle(FakeReader reader, FakeDescription description) {
        this.reader = reader;
        this.host = reader.host;
        this.description = description;
    }

    /** read(2): from the position on. Returns bytes that were resident before. */
    public long read(long lengthBytes) {
        synchronized (host.lock) {
            long hit = pread(positionBytes, lengthBytes);
            positionBytes = Math.min(description.inode.sizeBytes, positionBytes + lengthBytes);
            return hit;
        }
    }

    /** pread(2): the position stays. Returns bytes that were resident before. */
    public long pread(long offsetBytes, long lengthBytes) {
        synchronized (host.lock) {
            return populate(FakeRange.clamped(description.inode, offsetBytes, lengthBytes));
        }
    }

    /** Reads what is left, to the end of the file. Returns bytes that were resident before. */
    public long readAll() {
        return read(Long.MAX_VALUE - (1L << 40));
    }

    private long populate(FakeRange range) {
        FakeInode inode = description.inode;
        int before = inode.pages.residentPages(range.firstPage(), range.endPage());
        inode.pages.populate(range.firstPage(), range.endPage(), inode.mount.folioOrder(), page -> 0);
        return range.isEmpty() ? 0 : Math.min((long) before * FakeInode.PAGE_BYTES, range.length());
    }

    /** write(2) at an offset: the file grows as needed, pages are dirty. */
    public void write(long offsetBytes, long lengthBytes) {
        synchronized (host.lock) {
            FakeInode inode = description.inode;
            inode.sizeBytes = Math.max(inode.sizeBytes, offsetBytes + lengthBytes);
            inode.mtimeNanos++;
            inode.pages.makeDirty(FakeInode.page(offsetBytes), FakeInode.pageEnd(offsetBytes + lengthBytes));
            host.emit(FileEvent.MODIFY, description);
        }
    }

    /** mmap(2) of a range: the file is held until it is unmapped, close or not; nothing is resident before a touch. */
    public FakeMapping map(long offsetBytes, long lengthBytes) {
        synchronized (host.lock) {
            description.references++;
            return reader.addMapping(description, offsetBytes, lengthBytes);
        }
    }

    public FakeMapping mapAll() {
        return map(0, description.inode.sizeBytes);
    }

    public long positionBytes() {
        synchronized (host.lock) {
            return positionBytes;
        }
    }

    @Override
    public void close() {
        synchronized (host.lock) {
            if (open) {
                open = false;
                reader.remove(this);
                host.release(description);
            }
        }
    }

    /** Passes the open file to another process, as over a socket. */
    public FakeHandle sendTo(FakeReader other) {
        synchronized (host.lock) {
            description.references++;
            return other.add(description);
        }
    }

    /** Further descriptors of the same open file, as by dup(2). */
    public List<FakeHandle> dup(int count) {
        List<FakeHandle> copies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            copies.add(sendTo(reader));
        }
        return copies;
    }
}
