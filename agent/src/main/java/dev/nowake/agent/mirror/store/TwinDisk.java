package dev.nowake.agent.mirror.store;

import java.io.IOException;

/** The local file of one twin, as far as a twin works on it. Tests have one that loses power. */
interface TwinDisk {
    /** @throws IOException where it cannot be opened, or its name leads to another file by now */
    Work open() throws IOException;

    /** One piece of work on the file, by one thread. */
    interface Work extends AutoCloseable {
        long sizeBytes() throws IOException;

        /** Everything that was written to the file before is on the disk when this returns; of the record nothing is said. */
        void syncData() throws IOException;

        /** Replaces the record, whole. It reaches the disk whenever it likes, at {@link #sync} at the latest. */
        void record(byte[] record) throws IOException;

        /** Data and record are on the disk when this returns. */
        void sync() throws IOException;

        /** Takes away all of the file's bytes and gives it this size: it reads as zeros. */
        void empty(long sizeBytes) throws IOException;

        /** Sets the time of modification. Returns what it is now. */
        long time(long mtimeNanos) throws IOException;

        @Override
        void close();
    }
}
