package dev.nowake.agent.mirror.fill;

import java.time.Duration;

/**
 * How one mirror is filled.
 *
 * @param name of the mirror, for the names of its threads
 * @param streams pieces fetched at once; each has a thread and a buffer
 * @param pieceBytes a multiple of 4096
 * @param timeout of one request to the remote: an open, a look at its status, a read of at most a piece
 * @param diskTimeout a write of a piece that takes longer is told its readers as a failure; until then the disk may only be
 *     busy with what was written before
 * @param saveBytes a file is made durable when so much of it was written since the last time
 * @param saveEvery or so long after the first byte that is not
 * @param idle threads that had nothing to do for so long end
 * @param pastPageCache whether the remote is read with O_DIRECT, where it can be
 */
public record FillSettings(
        String name,
        int streams,
        int pieceBytes,
        Duration timeout,
        Duration diskTimeout,
        long saveBytes,
        Duration saveEvery,
        Duration idle,
        boolean pastPageCache) {
    /** What O_DIRECT asks of offsets, lengths and addresses at most, on every filesystem seen. */
    static final int BLOCK_BYTES = 4096;

    public FillSettings {
        if (streams < 1 || pieceBytes < BLOCK_BYTES || pieceBytes % BLOCK_BYTES != 0) {
            throw new IllegalArgumentException(streams + " streams of " + pieceBytes + " bytes");
        }
    }

    /**
     * Sixteen streams of 4 MiB: 64 MiB under way, three times what a remote of 10 ms and 2 GB/s needs, so that half of the
     * streams may be writing. Half the piece asks for twice the streams; with twice the piece a reader of a few bytes waits
     * twice as long for it.
     */
    public static FillSettings of(String name) {
        return new FillSettings(
                name,
                16,
                4 << 20,
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                256L << 20,
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                true);
    }

    public FillSettings withStreams(int streams) {
        return new FillSettings(
                name, streams, pieceBytes, timeout, diskTimeout, saveBytes, saveEvery, idle, pastPageCache);
    }

    public FillSettings withPieceBytes(int pieceBytes) {
        return new FillSettings(
                name, streams, pieceBytes, timeout, diskTimeout, saveBytes, saveEvery, idle, pastPageCache);
    }

    public FillSettings withTimeout(Duration timeout) {
        return new FillSettings(
                name, streams, pieceBytes, timeout, diskTimeout, saveBytes, saveEvery, idle, pastPageCache);
    }

    public FillSettings withDiskTimeout(Duration diskTimeout) {
        return new FillSettings(
                name, streams, pieceBytes, timeout, diskTimeout, saveBytes, saveEvery, idle, pastPageCache);
    }

    public FillSettings withSaves(long saveBytes, Duration saveEvery) {
        return new FillSettings(
                name, streams, pieceBytes, timeout, diskTimeout, saveBytes, saveEvery, idle, pastPageCache);
    }

    public FillSettings withIdle(Duration idle) {
        return new FillSettings(
                name, streams, pieceBytes, timeout, diskTimeout, saveBytes, saveEvery, idle, pastPageCache);
    }

    public FillSettings throughPageCache() {
        return new FillSettings(name, streams, pieceBytes, timeout, diskTimeout, saveBytes, saveEvery, idle, false);
    }
}
