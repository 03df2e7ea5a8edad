package dev.nowake.kernel;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Moving whole pieces of files: out of others' past the page cache, into those nowake itself has made. */
public interface BulkFiles {
    /**
     * Opens as {@link FileAccess#open} does, for reads past the page cache (O_DIRECT): offsets, lengths and addresses are
     * multiples of the filesystem's block, and the last read of a file is as short as the file.
     *
     * @throws KernelException EINVAL where the filesystem cannot; some say so at the first read only
     */
    OpenFile openDirect(Path path) throws KernelException;

    /**
     * pwrite(2), through the page cache, to a file as {@link FileSpace#openForWriting} opens it. Advances the buffer's position.
     *
     * @return bytes written; may be short
     * @throws KernelException ENOSPC, EDQUOT, EIO and others
     */
    int write(OpenFile file, long offsetBytes, ByteBuffer source) throws KernelException;
}
