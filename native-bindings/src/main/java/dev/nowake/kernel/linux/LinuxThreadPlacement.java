package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ThreadPlacement;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** sched_setaffinity(2) and set_mempolicy(2) of the calling thread. */
final class LinuxThreadPlacement implements ThreadPlacement {
    /** 8192 CPUs, the most any kernel is configured for; sched_getaffinity refuses a mask smaller than the kernel's. */
    static final int CPU_MASK_BYTES = 1024;

    /** 1024 NUMA nodes, the most the kernel knows. */
    static final int NODE_MASK_BYTES = 128;

    /** The kernel counts one less than it is told. */
    static final int MAX_NODE = NODE_MASK_BYTES * 8 + 1;

    private final LibC libc;

    LinuxThreadPlacement(LibC libc) {
        this.libc = libc;
    }

    @Override
    public int threadId() {
        return libc.gettid();
    }

    @Override
    public void runOn(BitSet cpus) throws KernelException {
        MemorySegment mask = mask("sched_setaffinity", cpus, CPU_MASK_BYTES);
        Outcome.orThrow("sched_setaffinity", libc.schedSetaffinity(0, CPU_MASK_BYTES, mask.address()));
    }

    @Override
    public BitSet affinity(int tid) throws KernelException {
        MemorySegment mask = Scratch.small();
        long written = libc.schedGetaffinity(tid, CPU_MASK_BYTES, mask.address());
        Outcome.orThrow("sched_getaffinity", written);
        return BitSet.valueOf(mask.asSlice(0, written).toArray(JAVA_BYTE));
    }

    @Override
    public void allocateFrom(Memory mode, BitSet nodes) throws KernelException {
        if (mode == Memory.DEFAULT) {
            Outcome.orThrow("set_mempolicy", libc.setMempolicy(0, 0, 0));
            return;
        }
        MemorySegment mask = mask("set_mempolicy", nodes, NODE_MASK_BYTES);
        Outcome.orThrow("set_mempolicy", libc.setMempolicy(number(mode), mask.address(), MAX_NODE));
    }

    private static int number(Memory mode) {
        return switch (mode) {
            case DEFAULT -> 0;
            case PREFERRED -> 1;
            case BIND -> 2;
            case INTERLEAVE -> 3;
            case WEIGHTED_INTERLEAVE -> 6;
        };
    }

    private static MemorySegment mask(String call, BitSet bits, int sizeBytes) throws KernelException {
        byte[] bytes = bits.toByteArray();
        if (bytes.length > sizeBytes) {
            throw new KernelException(call, Errno.EINVAL);
        }
        MemorySegment mask = Scratch.small().asSlice(0, sizeBytes);
        mask.fill((byte) 0);
        MemorySegment.copy(bytes, 0, mask, JAVA_BYTE, 0, bytes.length);
        return mask;
    }
}
