package dev.nowake.kernel.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Native memory of the calling thread for the length of one call: structures in {@link #small}, data in {@link #bulk}.
 * Never held across a call back into other code.
 */
final class Scratch {
    /** Room for a path (PATH_MAX is 4096) beside a structure. */
    static final int SMALL_BYTES = 8192;

    /**
     * One read. Measured: pread in steps of 1 MiB is as fast as in larger ones, and a mincore vector of this size covers
     * 4 GiB.
     */
    static final int BULK_BYTES = 1 << 20;

    private static final int ALIGNMENT = 4096;
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final MemorySegment small = Arena.ofAuto().allocate(SMALL_BYTES, ALIGNMENT);
    private MemorySegment bulk;

    private Scratch() {}

    static MemorySegment small() {
        return OF_THREAD.get().small;
    }

    /** Allocated at a thread's first use: most threads never move data. */
    static MemorySegment bulk() {
        Scratch scratch = OF_THREAD.get();
        if (scratch.bulk == null) {
            scratch.bulk = Arena.ofAuto().allocate(BULK_BYTES, ALIGNMENT);
        }
        return scratch.bulk;
    }

    /** A NUL-terminated copy of the bytes, in memory of the arena. */
    static MemorySegment cString(Arena arena, byte[] bytes) {
        MemorySegment copy = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return copy;
    }
}
