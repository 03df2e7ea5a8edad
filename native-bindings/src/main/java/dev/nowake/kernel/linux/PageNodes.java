package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * NUMA nodes of resident pages by move_pages(2), which answers only for pages in the asker's page tables. So the file is
 * mapped, and each page found resident is mapped in; nothing is read from storage, save a page evicted in between.
 */
final class PageNodes {
    private static final int MADV_RANDOM = 1;
    private static final int MADV_POPULATE_READ = 22;

    private final LibC libc;

    PageNodes(LibC libc) {
        this.libc = libc;
    }

    int[] of(OpenFile file, long[] offsetsBytes, long sizeBytes) throws KernelException {
        int[] nodes = new int[offsetsBytes.length];
        if (nodes.length == 0) {
            return nodes;
        }
        if (sizeBytes == 0) {
            Arrays.fill(nodes, -Errno.ENOENT.number());
            return nodes;
        }
        try (Mapping mapping = Mapping.of(libc, file, new ByteSpan(0, sizeBytes));
                Arena arena = Arena.ofConfined()) {
            mapping.advise(MADV_RANDOM); // a page lost since it was seen costs one page, not a window
            MemorySegment pages = arena.allocate(JAVA_LONG, nodes.length);
            MemorySegment status = arena.allocate(JAVA_INT, nodes.length);
            int asked = 0;
            int[] askedAt = new int[nodes.length];
            for (int i = 0; i < nodes.length; i++) {
                long address = mapping.addressOf(Pages.floor(offsetsBytes[i]));
                boolean inside = offsetsBytes[i] >= 0 && offsetsBytes[i] < sizeBytes;
                if (inside && mapIn(address)) {
                    pages.setAtIndex(JAVA_LONG, asked, address);
                    askedAt[asked++] = i;
                } else {
                    nodes[i] = -Errno.ENOENT.number();
                }
            }
            if (asked > 0) {
                Outcome.orThrow("move_pages", libc.movePages(0, asked, pages.address(), 0, status.address(), 0));
            }
            for (int k = 0; k < asked; k++) {
                nodes[askedAt[k]] = status.getAtIndex(JAVA_INT, k);
            }
            return nodes;
        }
    }

    /** Maps a resident page in; false where it is not resident (any more). */
    private boolean mapIn(long address) {
        MemorySegment vector = Scratch.small();
        return libc.mincore(address, Pages.SIZE_BYTES, vector.address()) == 0
                && (vector.get(JAVA_BYTE, 0) & 1) != 0
                && libc.madvise(address, Pages.SIZE_BYTES, MADV_POPULATE_READ) == 0;
    }
}
