package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;

/** Whether somebody, this daemon's own descriptors included, has a file open or mapped. Any thread. */
@FunctionalInterface
public interface InUse {
    boolean isOpen(Twin twin);

    /**
     * By a write lease, which is given back at once. A file that cannot be looked at counts as open: nobody knows better, and
     * it is left alone.
     */
    static InUse byLease(Kernel kernel) {
        return twin -> {
            try (OpenFile file = kernel.files().open(twin.local())) {
                return kernel.leases().heldElsewhere(file);
            } catch (KernelException unknown) {
                return true;
            }
        };
    }
}
