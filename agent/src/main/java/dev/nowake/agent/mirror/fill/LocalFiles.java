package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;

/** How local files are opened to be written: where a gate stands before them, so that it is not asked about each write. */
public interface LocalFiles {
    /**
     * The twin's local file as it lies where the twin says; the caller closes it.
     *
     * @throws KernelException EAGAIN while somebody holds a lease on it
     */
    OpenFile open(Twin twin) throws KernelException;
}
