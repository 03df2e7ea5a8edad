package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;

/** Opens twins' local files for writing. Where a gate guards them it must not hold back what is written through this. */
@FunctionalInterface
public interface Locals {
    /**
     * Where the twin lies now; the caller closes it.
     *
     * @throws KernelException EAGAIN while somebody holds a lease on it
     */
    OpenFile open(Twin twin) throws KernelException;
}
