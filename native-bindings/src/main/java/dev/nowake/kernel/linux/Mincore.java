package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** mincore(2) over mappings that nobody touches, one window after the other. */
final class Mincore {
    /** One vector of 256 KiB for pages of 4 KiB: the thread's scratch holds it, whatever the file's size. */
    private static final long WINDOW_BYTES = 1L << 30;

    private static final long LOWEST_BIT_OF_EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final int W_OK = 2;

    private final LibC libc;

    Mincore(LibC libc) {
        this.libc = libc;
    }

    /**
     * Whether mincore tells the truth of this file. To callers who neither own nor may write it, it claims that all
     * pages are resident (since 5.2, lest residency leak what others read).
     */
    boolean mayBelieve(OpenFile file) throws KernelException {
        if (StatX.known(libc, file.fd()).uid() == libc.geteuid() || Capabilities.has(libc, Capabilities.FOWNER)) {
            return true;
        }
        MemorySegment path = Scratch.small();
        byte[] name = ("/proc/self/fd/" + file.fd() + "\0").getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(name, 0, path, JAVA_BYTE, 0, name.length);
        return libc.access(path.address(), W_OK) == 0;
    }

    /** Resident bytes of the span, in whole pages but never more than the span holds. */
    long residentBytes(OpenFile file, ByteSpan span) throws KernelException {
        long pages = 0;
        for (long at = span.start(); at < span.end(); at = windowEnd(at, span)) {
            int count = ask(file, new ByteSpan(at, windowEnd(at, span)));
            pages += residentPages(count);
        }
        return Math.min(pages * Pages.SIZE_BYTES, span.length());
    }

    List<Extent> residentExtents(OpenFile file, ByteSpan span) throws KernelException {
        List<Extent> extents = new ArrayList<>();
        long runStart = -1;
        for (long at = span.start(); at < span.end(); at = windowEnd(at, span)) {
            int count = ask(file, new ByteSpan(at, windowEnd(at, span)));
            MemorySegment vector = Scratch.bulk();
            long page = Pages.floor(at);
            for (int i = 0; i < count; i++, page += Pages.SIZE_BYTES) {
                boolean resident = (vector.get(JAVA_BYTE, i) & 1) != 0;
                if (resident && runStart < 0) {
                    runStart = Math.max(page, span.start());
                } else if (!resident && runStart >= 0) {
                    extents.add(new Extent(runStart, page - runStart));
                    runStart = -1;
                }
            }
        }
        if (runStart >= 0) {
            extents.add(new Extent(runStart, span.end() - runStart));
        }
        return List.copyOf(extents);
    }

    private static long windowEnd(long at, ByteSpan span) {
        return Math.min(span.end(), Pages.floor(at) + WINDOW_BYTES);
    }

    /** Fills the thread's bulk scratch with one byte per page; says how many. */
    private int ask(OpenFile file, ByteSpan window) throws KernelException {
        try (Mapping mapping = Mapping.of(libc, file, window)) {
            Outcome.orThrow(
                    "mincore",
                    libc.mincore(
                            mapping.address(),
                            mapping.lengthBytes(),
                            Scratch.bulk().address()));
            return (int) (mapping.lengthBytes() / Pages.SIZE_BYTES);
        }
    }

    private static long residentPages(int count) {
        MemorySegment vector = Scratch.bulk();
        long pages = 0;
        int i = 0;
        for (; i + 8 <= count; i += 8) {
            pages += Long.bitCount(vector.get(JAVA_LONG, i) & LOWEST_BIT_OF_EACH_BYTE);
        }
        for (; i < count; i++) {
            pages += vector.get(JAVA_BYTE, i) & 1;
        }
        return pages;
    }
}
