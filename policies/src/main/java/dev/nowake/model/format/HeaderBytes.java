package dev.nowake.model.format;

import dev.nowake.model.ByteSource;
import dev.nowake.model.HostileModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads a header from front to back through one small buffer, never past its end. For one thread. */
final class HeaderBytes extends InputStream {
    private final ByteSource source;
    private final long endBytes;
    private final ByteBuffer buffer;
    private long nextReadBytes;

    /** Bytes {@code [start, end)} of the source; {@code bufferBytes} is the size of each read. */
    HeaderBytes(ByteSource source, long startBytes, long endBytes, int bufferBytes) {
        this.source = source;
        this.endBytes = endBytes;
        this.nextReadBytes = startBytes;
        this.buffer = ByteBuffer.allocate(bufferBytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.limit(0);
    }

    void order(ByteOrder order) {
        buffer.order(order);
    }

    /** Where in the file the next byte comes from. */
    long positionBytes() {
        return nextReadBytes - buffer.remaining();
    }

    long remainingBytes() {
        return endBytes - positionBytes();
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        return count;
    }

    int readByte() throws IOException, HostileModelException {
        need(1);
        return buffer.get() & 0xff;
    }

    int readShort() throws IOException, HostileModelException {
        need(Short.BYTES);
        return buffer.getShort() & 0xffff;
    }

    int readInt() throws IOException, HostileModelException {
        need(Integer.BYTES);
        return buffer.getInt();
    }

    long readLong() throws IOException, HostileModelException {
        need(Long.BYTES);
        return buffer.getLong();
    }

    /** UTF-8 of the given length; broken sequences become U+FFFD. */
    String readText(long lengthBytes, int maxBytes) throws IOException, HostileModelException {
        if (lengthBytes < 0 || lengthBytes > maxBytes || lengthBytes > remainingBytes()) {
            throw new HostileModelException("a text of " + Long.toUnsignedString(lengthBytes) + " bytes at byte "
                    + positionBytes() + "; at most " + Math.min(maxBytes, remainingBytes()) + " can be");
        }
        byte[] text = new byte[(int) lengthBytes];
        int got = 0;
        while (got < text.length) {
            int count = read(text, got, text.length - got);
            if (count < 0) {
                throw truncated();
            }
            got += count;
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    /** Passes over bytes without reading those that are not in the buffer yet. */
    void pass(long lengthBytes) throws HostileModelException {
        if (lengthBytes < 0 || lengthBytes > remainingBytes()) {
            throw new HostileModelException("a length of " + Long.toUnsignedString(lengthBytes) + " bytes at byte "
                    + positionBytes() + "; only " + remainingBytes() + " follow");
        }
        if (lengthBytes <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) lengthBytes);
        } else {
            nextReadBytes += lengthBytes - buffer.remaining();
            buffer.limit(0);
        }
    }

    private void need(int bytes) throws IOException, HostileModelException {
        while (buffer.remaining() < bytes) {
            if (!readMore()) {
                throw truncated();
            }
        }
    }

    private boolean fill() throws IOException {
        return buffer.hasRemaining() || readMore();
    }

    private boolean readMore() throws IOException {
        buffer.compact();
        long left = endBytes - nextReadBytes;
        if (buffer.remaining() > left) {
            buffer.limit(buffer.position() + (int) Math.max(0, left));
        }
        int count = buffer.hasRemaining() ? source.read(nextReadBytes, buffer) : 0;
        buffer.flip();
        nextReadBytes += Math.max(0, count);
        return count > 0;
    }

    private HostileModelException truncated() {
        return new HostileModelException("the header ends in the middle of a value, at byte " + positionBytes());
    }

    /** All bytes of a range that is known to be small. */
    static ByteBuffer readFully(ByteSource source, long offsetBytes, int lengthBytes)
            throws IOException, HostileModelException {
        ByteBuffer target = ByteBuffer.allocate(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
        while (target.hasRemaining()) {
            if (source.read(offsetBytes + target.position(), target) <= 0) {
                throw new HostileModelException("the file is shorter than " + (offsetBytes + lengthBytes) + " bytes");
            }
        }
        return target.flip();
    }
}
