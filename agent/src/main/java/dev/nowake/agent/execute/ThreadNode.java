package dev.nowake.agent.execute;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ThreadPlacement;
import java.util.BitSet;

/**
 * Where the pages of one fetching thread go now, and on which CPUs it fetches them: its kernel-side copies and its page
 * tables then stay on the node as well. Both are wishes, and each holds without the other. For its thread.
 */
final class ThreadNode {
    private final ThreadPlacement thread;
    private Placement current = Placement.ANYWHERE;
    private BitSet free;
    private boolean bound;

    ThreadNode(ThreadPlacement thread) {
        this.thread = thread;
    }

    /** Two system calls at most, and none when nothing differs from the chunk before. */
    void use(Placement wanted) {
        if (wanted.equals(current)) {
            return;
        }
        current = wanted;
        try {
            wanted.allocate(thread);
        } catch (KernelException refused) {
            forget(); // a node that went offline, or a kernel without NUMA
        }
        bind(wanted.cpus());
    }

    /** The pages of this load go where they go, and not where those of the one before went. */
    private void forget() {
        try {
            Placement.ANYWHERE.allocate(thread);
        } catch (KernelException withoutNuma) {
            return; // there is nothing to forget
        }
    }

    /** Never to more CPUs than the daemon was given; to all of those where the node has none that can be used. */
    private void bind(BitSet cpus) {
        try {
            if (free == null && !cpus.isEmpty()) {
                free = thread.affinity(0);
            }
            if (!cpus.isEmpty()) {
                cpus.and(free);
            }
            if (!cpus.isEmpty()) {
                thread.runOn(cpus);
                bound = true;
                return;
            }
        } catch (KernelException offline) {
            cpus.clear();
        }
        unbind();
    }

    private void unbind() {
        if (!bound) {
            return;
        }
        try {
            thread.runOn(free);
            bound = false;
        } catch (KernelException stays) {
            return; // its CPUs went offline: the kernel has moved the thread by itself
        }
    }
}
