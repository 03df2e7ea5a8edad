package dev.nowake.kernel;

import java.nio.file.Path;

/** Room on disk for files that are being written. Any thread. */
public interface DiskSpace {
    /**
     * Sets blocks aside for a range of a file before it is written: fallocate(2) with mode 0. The range reads as zeros until
     * then, and the file becomes as long as the range's end where it was shorter. What was written stays. Where there is too
     * little space, some of the range may have been set aside.
     *
     * @param file an existing file that may be written to; opened for the moment
     * @return false where the filesystem sets nothing aside: most FUSE servers, NFS before 4.2
     * @throws KernelException ENOSPC or EDQUOT without enough space; ENOENT, EACCES, EROFS as open(2); EINVAL for a range
     *     without a byte; EFBIG for one that is too long for the filesystem
     */
    boolean reserve(Path file, long offsetBytes, long lengthBytes) throws KernelException;
}
