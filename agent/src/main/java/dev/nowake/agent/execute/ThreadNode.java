package dev.nowake.agent.execute;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ThreadPlacement;

/** Where the pages of one fetching thread go now. A wish: where the kernel refuses it, pages go where they go. For its thread. */
final class ThreadNode {
    private final ThreadPlacement thread;
    private Placement current = Placement.ANYWHERE;

    ThreadNode(ThreadPlacement thread) {
        this.thread = thread;
    }

    /** One system call when it differs from the chunk before. */
    void use(Placement wanted) {
        if (wanted.equals(current)) {
            return;
        }
        current = wanted;
        try {
            wanted.apply(thread);
        } catch (KernelException refused) {
            return; // a node that went offline, or a kernel without NUMA
        }
    }
}
