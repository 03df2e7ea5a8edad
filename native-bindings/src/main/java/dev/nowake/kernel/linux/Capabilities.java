package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.MemorySegment;

/** Effective capabilities(7) of the calling thread, by capget(2). Those below 32 are all nowake asks for. */
final class Capabilities {
    static final int FOWNER = 3;
    static final int SYS_NICE = 23;

    private static final int VERSION_3 = 0x2008_0522;

    private Capabilities() {}

    static boolean has(LibC libc, int capability) {
        MemorySegment header = Scratch.small();
        header.set(JAVA_INT, 0, VERSION_3);
        header.set(JAVA_INT, 4, 0);
        return libc.capget(header.address(), header.address() + 8) == 0
                && (header.get(JAVA_INT, 8) & 1 << capability) != 0;
    }
}
