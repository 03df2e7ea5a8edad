package dev.nowake.agent.execute;

import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;

/**
 * One piece of work for one thread: bytes with data, never across a hole.
 *
 * @param file the descriptor to fetch through: the file's own or one of its {@link SpareDescriptors}
 * @param residentBeforeBytes as seen when the chunk was planned; -1 where residency is unknown
 */
record Chunk(FileWork work, OpenFile file, ByteRange range, long residentBeforeBytes) {
    Chunk through(OpenFile descriptor) {
        return new Chunk(work, descriptor, range, residentBeforeBytes);
    }

    long lengthBytes() {
        return range.lengthBytes();
    }

    /** Bytes this chunk was asked to bring in. */
    long requestedBytes() {
        return lengthBytes() - Math.max(0, residentBeforeBytes);
    }
}
