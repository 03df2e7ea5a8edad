package dev.nowake.agent.stage;

import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.file.Path;

/**
 * A file that is one process's own until it closes this, and has the name it was locked by. Whoever renames or removes such a
 * file holds its lock.
 *
 * @param file open for reading and writing
 */
public record PathLock(OpenFile file) implements AutoCloseable {
    /**
     * @return null where another has it, or had it and has just renamed or removed it
     * @throws KernelException as {@link dev.nowake.kernel.FileSpace#openForWriting}
     */
    public static PathLock take(Kernel kernel, Path path) throws KernelException {
        OpenFile file = kernel.fileSpace().openForWriting(path);
        boolean taken = false;
        try {
            taken = kernel.fileSpace().tryLock(file) && isThere(kernel, path, file);
            return taken ? new PathLock(file) : null;
        } finally {
            if (!taken) {
                file.close();
            }
        }
    }

    private static boolean isThere(Kernel kernel, Path path, OpenFile file) throws KernelException {
        FileStatus locked = kernel.files().status(file);
        try {
            FileStatus there = kernel.files().status(path);
            return there.inode() == locked.inode() && there.device() == locked.device();
        } catch (KernelException gone) {
            return false;
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
