package dev.nowake.kernel.fake;

/** A byte range clamped to its file, and the pages it touches. */
record FakeRange(long start, long end) {
    static FakeRange clamped(FakeInode inode, long offsetBytes, long lengthBytes) {
        if (offsetBytes < 0 || lengthBytes < 0) {
            throw new IllegalArgumentException("negative range " + offsetBytes + "+" + lengthBytes);
        }
        long start = Math.min(offsetBytes, inode.sizeBytes);
        return new FakeRange(start, start + Math.min(lengthBytes, inode.sizeBytes - start));
    }

    long length() {
        return end - start;
    }

    boolean isEmpty() {
        return end == start;
    }

    int firstPage() {
        return FakeInode.page(start);
    }

    int endPage() {
        return FakeInode.pageEnd(end);
    }
}
