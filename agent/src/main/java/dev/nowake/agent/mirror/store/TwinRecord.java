package dev.nowake.agent.mirror.store;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a restart may believe of a file: of which remote file its bytes are, and which of them are on the disk. It is kept in
 * an extended attribute of the file itself: it goes where the file goes, is replaced whole by the filesystem's own journal, and
 * can be found on no other file. A digest, its version and the inode's number keep what is damaged, of another version or a
 * copy from being believed.
 *
 * @param inode the local file's
 * @param localMtimeNanos the local file's time of modification when this was written
 * @param durable which bytes are on the disk
 */
record TwinRecord(long inode, Identity identity, long localMtimeNanos, RangeSet durable) {
    /** Of the namespace {@code user}. */
    static final String ATTRIBUTE = "nowake.twin";

    /**
     * ext4 keeps all attributes of a file in one block: 4 KiB less what others (labels, lists of rights) need. That is some 700
     * scattered ranges; of more than fit the edges are given up.
     */
    static final int MOST_BYTES = 3_000;

    /** What fits a filesystem with blocks of 1 KiB. */
    static final int FEW_BYTES = 700;

    private static final int MAGIC = 0x4e57_5401; // NWT, version 1
    private static final int DIGEST_BYTES = 16;
    private static final int MOST_ETAG_BYTES = 512;
    private static final int NO_ETAG = 0xffff;
    private static final int HEADER_BYTES = 4 + 4 * 8 + 2 + 1;

    /** Returns what it says then, which may be less than this where there is little room. */
    RangeSet write(TwinDisk.Work work) throws IOException {
        byte[] bytes = encode(MOST_BYTES);
        try {
            work.record(bytes);
        } catch (IOException noRoom) {
            if (bytes.length <= FEW_BYTES) {
                throw noRoom;
            }
            bytes = encode(FEW_BYTES);
            work.record(bytes);
        }
        return decode(bytes).durable();
    }

    /** Of most {@code mostBytes}: with fewer bytes than there are where they are too scattered, never with more. */
    byte[] encode(int mostBytes) {
        for (int shift = 0; shift < Long.SIZE - 1; shift++) {
            byte[] encoded = encodeAt(shift);
            if (encoded.length <= mostBytes) {
                return encoded;
            }
        }
        throw new IllegalStateException("a record of no ranges has its place");
    }

    /** In units of {@code 1 << shift} bytes; what is not in whole ones is left out, but for the file's end. */
    private byte[] encodeAt(int shift) {
        byte[] etag = identity.etag() == null ? null : identity.etag().getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES + (etag == null ? 0 : etag.length));
        header.putInt(MAGIC).putLong(inode).putLong(identity.sizeBytes()).putLong(identity.mtimeNanos());
        header.putLong(localMtimeNanos).putShort((short) (etag == null ? NO_ETAG : etag.length));
        if (etag != null) {
            header.put(etag);
        }
        header.put((byte) shift);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header.array());
        long unit = 1L << shift;
        long at = 0;
        for (ByteRange range : durable.ranges()) {
            boolean toEnd = range.end() == identity.sizeBytes();
            long start = (range.start() + unit - 1) >> shift;
            long end = toEnd ? units(shift) : range.end() >> shift;
            if (end > start) {
                number(out, start - at);
                number(out, end - start);
                at = end;
            }
        }
        byte[] body = out.toByteArray();
        out.write(digest(body), 0, DIGEST_BYTES);
        return out.toByteArray();
    }

    /** The file's length, the last one begun counted whole. */
    private long units(int shift) {
        long whole = identity.sizeBytes() >> shift;
        return whole << shift == identity.sizeBytes() ? whole : whole + 1;
    }

    /** Null where it is not one that was written here, whole and of this version. */
    static TwinRecord decode(byte[] bytes) {
        if (bytes == null || bytes.length < HEADER_BYTES + DIGEST_BYTES) {
            return null;
        }
        int bodyBytes = bytes.length - DIGEST_BYTES;
        byte[] expected = Arrays.copyOf(digest(Arrays.copyOf(bytes, bodyBytes)), DIGEST_BYTES);
        if (!Arrays.equals(bytes, bodyBytes, bytes.length, expected, 0, DIGEST_BYTES)) {
            return null;
        }
        try {
            return body(ByteBuffer.wrap(bytes, 0, bodyBytes));
        } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException odd) {
            return null;
        }
    }

    private static TwinRecord body(ByteBuffer in) {
        if (in.getInt() != MAGIC) {
            return null;
        }
        long inode = in.getLong();
        long sizeBytes = in.getLong();
        long mtimeNanos = in.getLong();
        long localMtimeNanos = in.getLong();
        int etagBytes = in.getShort() & 0xffff;
        String etag = null;
        if (etagBytes != NO_ETAG) {
            byte[] text = new byte[Math.min(etagBytes, in.remaining())];
            in.get(text);
            etag = new String(text, StandardCharsets.UTF_8);
        }
        int shift = in.get();
        if (sizeBytes < 0 || shift < 0 || shift >= Long.SIZE - 1) {
            return null;
        }
        List<ByteRange> ranges = new ArrayList<>();
        long at = 0;
        while (in.hasRemaining()) {
            long start = Math.addExact(at, number(in));
            at = Math.addExact(start, number(in));
            ranges.add(new ByteRange(bytes(start, shift, sizeBytes), bytes(at, shift, sizeBytes)));
        }
        return new TwinRecord(
                inode, new Identity(sizeBytes, mtimeNanos, etag), localMtimeNanos, RangeSet.ofAll(ranges));
    }

    private static long bytes(long units, int shift, long sizeBytes) {
        return units > sizeBytes >> shift ? sizeBytes : units << shift;
    }

    /** Seven bits a byte, the lowest first. */
    private static void number(ByteArrayOutputStream out, long value) {
        long left = value;
        while (left > 0x7f) {
            out.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    private static long number(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number without an end");
    }

    /** As it is told and compared: cut to what a record has room for. Null stays. */
    static String etag(String text) {
        return text == null || text.getBytes(StandardCharsets.UTF_8).length <= MOST_ETAG_BYTES
                ? text
                : "sha256:" + java.util.HexFormat.of().formatHex(digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException(broken); // every Java has it
        }
    }

    boolean isComplete() {
        return durable.equals(RangeSet.between(0, identity.sizeBytes()));
    }
}
