package dev.nowake.agent.stage;

import java.nio.ByteBuffer;

/**
 * Memory of one stream, at addresses that O_DIRECT takes.
 *
 * @param piece holds a piece
 * @param back takes what is read back of it, a part at a time
 */
record Buffers(ByteBuffer piece, ByteBuffer back) {
    /** Of what is read back at once: enough for a disk, and 48 streams of it are 12 MiB. */
    private static final int BACK_BYTES = 256 << 10;

    private static final int ALIGNMENT_BYTES = DataSource.MOST_BLOCK_BYTES;

    /** Those of some streams in one allocation, so that the alignment is paid for once. */
    static Buffers[] of(int streams) {
        long pieces = (long) streams * Pieces.PIECE_BYTES;
        long backs = PartFile.roundUp((long) streams * BACK_BYTES, ALIGNMENT_BYTES); // a slice ends aligned, too
        ByteBuffer all = ByteBuffer.allocateDirect(Math.toIntExact(pieces + backs + ALIGNMENT_BYTES))
                .alignedSlice(ALIGNMENT_BYTES);
        Buffers[] buffers = new Buffers[streams];
        for (int i = 0; i < streams; i++) {
            buffers[i] = new Buffers(
                    all.slice(i * Pieces.PIECE_BYTES, Pieces.PIECE_BYTES),
                    all.slice((int) pieces + i * BACK_BYTES, BACK_BYTES));
        }
        return buffers;
    }
}
