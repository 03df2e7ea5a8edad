package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The PAGEMAP_SCAN ioctl (6.7+) on a {@code /proc/PID/pagemap}. */
final class PageScan {
    /** _IOWR('f', 16, struct pm_scan_arg). */
    private static final long PAGEMAP_SCAN = 0xC060_6610L;

    private static final long PAGE_IS_FILE = 1 << 2;
    private static final long PAGE_IS_PRESENT = 1 << 3;

    /** struct pm_scan_arg: twelve 64-bit numbers. */
    private static final int ARGUMENT_BYTES = 96;

    private static final int START = 16;
    private static final int END = 24;
    private static final int WALK_END = 32;
    private static final int VECTOR = 40;
    private static final int VECTOR_LENGTH = 48;
    private static final int CATEGORY_MASK = 72;
    private static final int RETURN_MASK = 88;

    /** struct page_region: start, end, categories. */
    private static final int REGION_BYTES = 24;

    /** What fits beside the argument: a reader that jumps about needs several calls, one that goes on needs one. */
    private static final int REGIONS = (Scratch.SMALL_BYTES - ARGUMENT_BYTES) / REGION_BYTES;

    private final LibC libc;

    PageScan(LibC libc) {
        this.libc = libc;
    }

    /** Asks for no byte: 0, or the negative errno. */
    long probe(int fd) {
        return libc.ioctl(fd, PAGEMAP_SCAN, argument(0, 0).address());
    }

    List<Extent> present(int fd, long address, long lengthBytes) throws KernelException {
        List<Extent> runs = new ArrayList<>();
        long end = address + Pages.SIZE_BYTES * Math.ceilDiv(lengthBytes, Pages.SIZE_BYTES);
        for (long at = address; at < end; ) {
            MemorySegment argument = argument(at, end);
            long regions = Outcome.orThrow("PAGEMAP_SCAN", libc.ioctl(fd, PAGEMAP_SCAN, argument.address()));
            for (int i = 0; i < regions; i++) {
                long start = argument.get(JAVA_LONG, ARGUMENT_BYTES + (long) i * REGION_BYTES);
                long stop = argument.get(JAVA_LONG, ARGUMENT_BYTES + (long) i * REGION_BYTES + 8);
                add(runs, start - address, Math.min(stop - address, lengthBytes));
            }
            long reached = argument.get(JAVA_LONG, WALK_END);
            if (reached <= at) {
                break;
            }
            at = reached;
        }
        return List.copyOf(runs);
    }

    /** The kernel ends a run where a page table ends. */
    private static void add(List<Extent> runs, long start, long end) {
        Extent last = runs.isEmpty() ? null : runs.getLast();
        if (last != null && last.endBytes() == start) {
            runs.set(runs.size() - 1, new Extent(last.offsetBytes(), end - last.offsetBytes()));
        } else if (end > start) {
            runs.add(new Extent(start, end - start));
        }
    }

    private static MemorySegment argument(long start, long end) {
        MemorySegment argument = Scratch.small();
        argument.asSlice(0, ARGUMENT_BYTES).fill((byte) 0);
        argument.set(JAVA_LONG, 0, ARGUMENT_BYTES);
        argument.set(JAVA_LONG, START, start);
        argument.set(JAVA_LONG, END, end);
        argument.set(JAVA_LONG, VECTOR, argument.address() + ARGUMENT_BYTES);
        argument.set(JAVA_LONG, VECTOR_LENGTH, REGIONS);
        argument.set(JAVA_LONG, CATEGORY_MASK, PAGE_IS_PRESENT | PAGE_IS_FILE);
        argument.set(JAVA_LONG, RETURN_MASK, PAGE_IS_PRESENT);
        return argument;
    }
}
