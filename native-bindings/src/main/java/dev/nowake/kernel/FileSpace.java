package dev.nowake.kernel;

import java.nio.file.Path;

/** The room a file takes on its disk: fallocate(2). Only for files nowake itself has made. */
public interface FileSpace {
    /**
     * Opens an existing regular file for reading and writing (O_CLOEXEC, O_NOFOLLOW); never creates.
     *
     * @throws KernelException as open(2): ENOENT, EACCES, EROFS, EISDIR, ELOOP for a link
     */
    OpenFile openForWriting(Path path) throws KernelException;

    /**
     * Takes the file for whoever has opened it here, as flock(2) does: until this descriptor is closed. Closing another one of
     * the file gives nothing back, as it would with fcntl(2), whose locks Java's channels take.
     *
     * @return false where somebody else has it, in this process or another
     */
    boolean tryLock(OpenFile file) throws KernelException;

    /** fdatasync(2). */
    void sync(OpenFile file) throws KernelException;

    /**
     * Sets blocks aside for a range before it is written: mode 0. The range reads as zeros until then, and the file becomes as
     * long as the range's end where it was shorter. What was written stays. Where there is too little space, some of the range
     * may have been set aside.
     *
     * @return false where the filesystem sets nothing aside: most FUSE servers, NFS before 4.2
     * @throws KernelException ENOSPC or EDQUOT without enough space; EINVAL for a range without a byte; EFBIG for one that is
     *     too long for the filesystem
     */
    boolean reserve(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /**
     * Gives the range blocks of its own, unwritten; the size stays. Bytes that are there stay.
     *
     * @throws KernelException ENOSPC, EDQUOT; EOPNOTSUPP where the filesystem cannot
     */
    void allocate(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /** Takes the range's blocks away (FALLOC_FL_PUNCH_HOLE): it reads as zeros from then on; the size stays. */
    void punch(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;
}
