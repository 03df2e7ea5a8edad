package dev.nowake.agent.identify;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteSource;
import java.nio.ByteBuffer;

/** An open file for a parser. Does not own the file; its size is that of the moment it was made. */
public final class KernelByteSource implements ByteSource {
    private final FileAccess files;
    private final OpenFile file;
    private final ReadMode mode;
    private final long sizeBytes;

    /** With {@link ReadMode#NOWAIT} a read of bytes that are not resident fails with EAGAIN. */
    public KernelByteSource(FileAccess files, OpenFile file, ReadMode mode) throws KernelException {
        this.files = files;
        this.file = file;
        this.mode = mode;
        this.sizeBytes = files.status(file).sizeBytes();
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public int read(long offsetBytes, ByteBuffer target) throws KernelException {
        return files.read(file, offsetBytes, target, mode);
    }
}
