package dev.nowake.kernel.linux;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.libc.LibC;

/**
 * A read-only mapping of whole pages of a file. Nobody reads through it: the kernel is asked about it, so that a file
 * cut short under it raises no signal.
 */
record Mapping(LibC libc, long address, long startBytes, long lengthBytes) implements AutoCloseable {
    private static final int PROT_READ = 1;
    private static final int MAP_SHARED = 1;

    /** Maps the pages that hold the span, which is not empty. */
    static Mapping of(LibC libc, OpenFile file, ByteSpan span) throws KernelException {
        long start = Pages.floor(span.start());
        long length = Pages.ceiling(span.end()) - start;
        long address = libc.mmap(0, length, PROT_READ, MAP_SHARED, file.fd(), start);
        return new Mapping(libc, Outcome.orThrow("mmap", address), start, length);
    }

    long advise(int advice) {
        return libc.madvise(address, lengthBytes, advice);
    }

    long addressOf(long offsetBytes) {
        return address + (offsetBytes - startBytes);
    }

    @Override
    public void close() {
        libc.munmap(address, lengthBytes);
    }
}
