package dev.nowake.model.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes binary headers piece by piece. */
final class Maker {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteOrder order;

    Maker(ByteOrder order) {
        this.order = order;
    }

    static Maker little() {
        return new Maker(ByteOrder.LITTLE_ENDIAN);
    }

    Maker u8(int value) {
        out.write(value);
        return this;
    }

    Maker u16(int value) {
        return raw(ByteBuffer.allocate(2).order(order).putShort((short) value).array());
    }

    Maker u32(long value) {
        return raw(ByteBuffer.allocate(4).order(order).putInt((int) value).array());
    }

    Maker u64(long value) {
        return raw(ByteBuffer.allocate(8).order(order).putLong(value).array());
    }

    Maker raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Maker ascii(String text) {
        return raw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A GGUF text: its length in 64 bits, then UTF-8. */
    Maker text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return u64(bytes.length).raw(bytes);
    }

    Maker varint(long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.write((int) (left & 0x7f) | 0x80);
            left >>>= 7;
        }
        out.write((int) left);
        return this;
    }

    /** A protobuf field of bytes. */
    Maker field(int number, byte[] bytes) {
        return varint((long) number << 3 | 2).varint(bytes.length).raw(bytes);
    }

    Maker padTo(int multiple) {
        while (out.size() % multiple != 0) {
            out.write(0);
        }
        return this;
    }

    int size() {
        return out.size();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    static byte[] safetensors(String json, int dataBytes) {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        return little().u64(header.length).raw(header).raw(new byte[dataBytes]).bytes();
    }
}
