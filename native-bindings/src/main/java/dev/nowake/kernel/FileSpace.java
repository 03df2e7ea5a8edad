package dev.nowake.kernel;

import java.nio.file.Path;

/** The room a file takes on its disk: fallocate(2). Only for files nowake itself has made. */
public interface FileSpace {
    /** Opens an existing regular file for reading and writing (O_CLOEXEC, O_NOFOLLOW); never creates. */
    OpenFile openForWriting(Path path) throws KernelException;

    /** fdatasync(2). */
    void sync(OpenFile file) throws KernelException;

    /**
     * Gives the range blocks of its own, unwritten; the size stays. Bytes that are there stay.
     *
     * @throws KernelException ENOSPC, EDQUOT; EOPNOTSUPP where the filesystem cannot
     */
    void allocate(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /** Takes the range's blocks away (FALLOC_FL_PUNCH_HOLE): it reads as zeros from then on; the size stays. */
    void punch(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;
}
