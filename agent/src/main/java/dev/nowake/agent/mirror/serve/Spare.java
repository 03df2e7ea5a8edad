package dev.nowake.agent.mirror.serve;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Some blocks kept for the moment in which a disk is full to the last: whoever makes room has to make a file first, and needs
 * an inode and a block or two (measured: xfs has none left then; ext4 where a record does not fit the inode). One thread.
 */
final class Spare {
    /** xfs makes 64 inodes at once; the rest is for folders and journals. */
    private static final long BYTES = 4L << 20;

    private final Kernel kernel;
    private final Path file;

    Spare(Kernel kernel, Path file) {
        this.kernel = kernel;
        this.file = file;
    }

    /** Has them again, as far as there is room. */
    void keep() {
        try {
            try {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } catch (FileAlreadyExistsException there) {
                if (kernel.files().status(file).allocatedBytes() >= BYTES) {
                    return;
                }
            }
            try (OpenFile open = kernel.fileSpace().openForWriting(file)) {
                kernel.fileSpace().allocate(open, 0, BYTES);
            }
        } catch (IOException none) {
            return; // when there is room again
        }
    }

    /** Gives them to the disk. False where there were none. */
    boolean give() {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException stays) {
            return false;
        }
    }
}
