package dev.nowake.samples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a file into the pieces a loader works on. Bounds are multiples of eight bytes, except a file's end. */
final class Pieces {
    /** One stretch of a file. */
    record Piece(long offsetBytes, long lengthBytes) {}

    private static final Pattern OFFSETS = Pattern.compile("\"data_offsets\":\\s*\\[(\\d+),\\s*(\\d+)]");

    /** A head longer than this is no safetensors head; the format's own library has the same limit. */
    private static final long HEAD_LIMIT_BYTES = 100_000_000;

    private Pieces() {}

    static List<Piece> even(long sizeBytes, long pieceBytes) {
        List<Piece> pieces = new ArrayList<>();
        for (long offsetBytes = 0; offsetBytes < sizeBytes; offsetBytes += pieceBytes) {
            pieces.add(new Piece(offsetBytes, Math.min(pieceBytes, sizeBytes - offsetBytes)));
        }
        return pieces;
    }

    /** The tensors of a safetensors file, or even pieces of any other, shuffled the same way every time. */
    static List<Piece> shuffledTensors(FileChannel channel) throws IOException {
        long sizeBytes = channel.size();
        TreeSet<Long> bounds = new TreeSet<>();
        long headBytes = headBytes(channel);
        if (headBytes > 0) {
            ByteBuffer head = ByteBuffer.allocate((int) headBytes - 8);
            channel.read(head, 8);
            Matcher matcher = OFFSETS.matcher(new String(head.array(), StandardCharsets.UTF_8));
            while (matcher.find()) {
                bounds.add(headBytes + Long.parseLong(matcher.group(1)) & -8L);
            }
        }
        List<Piece> pieces = bounds.isEmpty() ? even(sizeBytes, 16 << 20) : between(bounds, sizeBytes);
        Collections.shuffle(pieces, new Random(42));
        return pieces;
    }

    private static long headBytes(FileChannel channel) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        if (channel.read(length, 0) < 8) {
            return 0;
        }
        long jsonBytes = length.getLong(0);
        boolean plausible = jsonBytes > 1 && jsonBytes <= Math.min(HEAD_LIMIT_BYTES, channel.size() - 8);
        return plausible ? 8 + jsonBytes : 0;
    }

    private static List<Piece> between(TreeSet<Long> bounds, long sizeBytes) {
        bounds.add(0L);
        bounds.removeIf(bound -> bound < 0 || bound >= sizeBytes);
        List<Piece> pieces = new ArrayList<>();
        for (long start : bounds) {
            Long next = bounds.higher(start);
            pieces.add(new Piece(start, (next == null ? sizeBytes : next) - start));
        }
        return pieces;
    }
}
