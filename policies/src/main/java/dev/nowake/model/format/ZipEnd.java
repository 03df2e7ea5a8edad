package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.HostileModelException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a zip's directory lies, from its end record, the 64-bit one where there is one. */
record ZipEnd(long directoryStart, long directoryBytes) {
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int END64 = 0x06064b50;
    private static final int END64_BYTES = 56;
    private static final int LOCATOR64 = 0x07064b50;
    private static final int LOCATOR64_BYTES = 20;

    /** A comment of up to 65,535 bytes may follow the end record. */
    private static final int SEARCHED_BYTES = END_BYTES + 0xffff + LOCATOR64_BYTES;

    long directoryEnd() {
        return directoryStart + directoryBytes;
    }

    static ZipEnd find(ByteSource source) throws IOException, HostileModelException {
        long sizeBytes = source.sizeBytes();
        int length = (int) Math.min(SEARCHED_BYTES, sizeBytes);
        long tailStart = sizeBytes - length;
        ByteBuffer tail = HeaderBytes.readFully(source, tailStart, length);
        for (int at = length - END_BYTES; at >= 0; at--) {
            if (tail.getInt(at) == END && at + END_BYTES + (tail.getShort(at + 20) & 0xffff) == length) {
                return read(source, tail, tailStart, at);
            }
        }
        throw new HostileModelException("truncated: a zip without a directory at its end");
    }

    private static ZipEnd read(ByteSource source, ByteBuffer tail, long tailStart, int at)
            throws IOException, HostileModelException {
        int locator = at - LOCATOR64_BYTES;
        if (locator < 0 || tail.getInt(locator) != LOCATOR64) {
            long bytes = Integer.toUnsignedLong(tail.getInt(at + 12));
            return checked(Integer.toUnsignedLong(tail.getInt(at + 16)), bytes, tailStart + at);
        }
        long end64 = tail.getLong(locator + 8);
        if (end64 < 0 || end64 > tailStart + locator - END64_BYTES) {
            throw new HostileModelException("the zip's 64-bit end record lies outside the file");
        }
        ByteBuffer record = HeaderBytes.readFully(source, end64, END64_BYTES);
        if (record.getInt(0) != END64) {
            throw new HostileModelException("the zip's 64-bit end record is missing");
        }
        return checked(record.getLong(48), record.getLong(40), end64);
    }

    private static ZipEnd checked(long start, long bytes, long limit) throws HostileModelException {
        if (start < 0 || bytes < 0 || start > limit || bytes > limit - start) {
            throw new HostileModelException("the zip's directory lies outside the file");
        }
        return new ZipEnd(start, bytes);
    }
}
