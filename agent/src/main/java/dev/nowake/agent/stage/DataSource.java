package dev.nowake.agent.stage;

import dev.nowake.agent.execute.PassingRead;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Where a file's bytes come from, without a trace in page cache. Offsets and lengths of reads are multiples of
 * {@link #blockBytes}; the last read of a file is as short as the file. Any thread.
 */
interface DataSource extends AutoCloseable {
    /** The most a filesystem may ask for: NFS says it has blocks as long as its requests. */
    int MOST_BLOCK_BYTES = 1 << 20;

    /** Reads until the buffer is full or the file ends. */
    void readFully(ByteBuffer target, long offsetBytes) throws IOException;

    int blockBytes();

    /** Whether it is O_DIRECT; else page cache is passed, a piece at a time. */
    boolean isDirect();

    /** Whether each stream does well to open the file for itself and to read on from where it was. */
    boolean isForOneStream();

    @Override
    void close() throws IOException;

    /** The way that fits the file's filesystem. */
    static DataSource open(Kernel kernel, Path file) throws IOException {
        long device = kernel.files().status(file).device();
        boolean fuse = MountInfo.read().byDevice(device).map(Mount::isFuse).orElse(false);
        DataChannel channel = DataChannel.read(file, fuse);
        if (channel.isDirect()) {
            return channel;
        }
        channel.close();
        PassingRead passing = PassingRead.open(kernel, file);
        return new DataSource() {
            @Override
            public void readFully(ByteBuffer target, long offsetBytes) throws IOException {
                passing.readFully(target, offsetBytes);
            }

            @Override
            public int blockBytes() {
                return DataChannel.BLOCK_BYTES;
            }

            @Override
            public boolean isDirect() {
                return false;
            }

            /** An open may drop what others have asked for. */
            @Override
            public boolean isForOneStream() {
                return false;
            }

            @Override
            public void close() {
                passing.close();
            }
        };
    }
}
