package dev.nowake.agent.mirror.store;

import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A twin's file on its filesystem. Opened anew for each piece of work: whoever asks by a lease whether others have the file
 * must not find us. For the same reason none of it may be done while this process holds a lease on the file: it would wait
 * for itself.
 *
 * @param place where the file lies now
 */
record LocalTwinDisk(FileAccess files, FileSpace space, FileId id, Supplier<Path> place) implements TwinDisk {
    @Override
    public Work open() throws IOException {
        return new OnFile(Held.open(files, place.get(), id));
    }

    private final class OnFile implements Work {
        private final Held held;

        OnFile(Held held) {
            this.held = held;
        }

        @Override
        public long sizeBytes() throws IOException {
            return held.facts().sizeBytes();
        }

        @Override
        public void syncData() throws IOException {
            held.syncData();
        }

        @Override
        public void record(byte[] record) throws IOException {
            held.setAttribute(TwinRecord.ATTRIBUTE, record);
        }

        @Override
        public void sync() throws IOException {
            held.sync();
        }

        @Override
        public void empty(long sizeBytes) throws IOException {
            try (OpenFile writable = space.openForWriting(place.get())) {
                FileStatus status = files.status(writable);
                if (!new FileId(status.device(), status.inode()).equals(id)) {
                    throw new IOException(place.get() + " is another file by now");
                }
                if (status.sizeBytes() != sizeBytes) {
                    held.setLength(0);
                    held.setLength(sizeBytes);
                } else if (sizeBytes > 0) {
                    space.punch(writable, 0, sizeBytes);
                }
            }
        }

        @Override
        public long time(long mtimeNanos) throws IOException {
            return held.setTime(mtimeNanos);
        }

        @Override
        public void close() {
            held.close();
        }
    }
}
