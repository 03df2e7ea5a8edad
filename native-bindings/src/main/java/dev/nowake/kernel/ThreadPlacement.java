package dev.nowake.kernel;

import java.util.BitSet;

/** Where the calling thread runs and where its pages go. Acts on the calling thread only: for platform threads. */
public interface ThreadPlacement {
    /** Modes of set_mempolicy(2). */
    enum Memory {
        DEFAULT,
        PREFERRED,
        BIND,
        INTERLEAVE,
        WEIGHTED_INTERLEAVE
    }

    /** The kernel's id of the calling thread (gettid(2)). */
    int threadId();

    /** sched_setaffinity(2). EINVAL when no CPU of the set is allowed. */
    void runOn(BitSet cpus) throws KernelException;

    /** sched_getaffinity(2) of a process or thread; 0 is the calling thread. */
    BitSet affinity(int tid) throws KernelException;

    /** set_mempolicy(2): steers page cache this thread populates. Pages already resident stay where they are. */
    void allocateFrom(Memory mode, BitSet nodes) throws KernelException;
}
