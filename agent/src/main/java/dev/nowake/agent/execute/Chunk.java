package dev.nowake.agent.execute;

import dev.nowake.model.ByteRange;

/**
 * One piece of work for one thread: bytes with data, never across a hole.
 *
 * @param residentBeforeBytes as seen when the chunk was planned; -1 where residency is unknown
 */
record Chunk(FileWork work, ByteRange range, long residentBeforeBytes) {
    long lengthBytes() {
        return range.lengthBytes();
    }

    /** Bytes this chunk was asked to bring in. */
    long requestedBytes() {
        return lengthBytes() - Math.max(0, residentBeforeBytes);
    }
}
