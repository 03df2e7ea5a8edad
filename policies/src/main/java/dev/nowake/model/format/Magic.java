package dev.nowake.model.format;

import dev.nowake.model.Format;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The first bytes of each format. */
final class Magic {
    /** Enough for a zip's first local header with a long name. */
    static final int BYTES = 128;

    static final int GGUF = 0x46554747;
    static final int ZIP_LOCAL = 0x04034b50;

    /** torch.save before 1.6: protocol 2, LONG1 of 10 bytes, 0x1950a86a20f9469cfc6c, STOP. */
    private static final byte[] TORCH_LEGACY = {
        (byte) 0x8a, 0x0a, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19, '.'
    };

    private static final int ZIP_NAME_LENGTH_AT = 26;
    private static final int ZIP_NAME_AT = 30;

    private Magic() {}

    /** {@code bytes} is little-endian. */
    static Format of(ByteBuffer bytes, long sizeBytes) {
        if (bytes.limit() < 8) {
            return Format.UNKNOWN;
        }
        if (bytes.getInt(0) == GGUF) {
            return Format.GGUF;
        }
        if (bytes.getInt(0) == ZIP_LOCAL) {
            return isTorchZip(bytes) ? Format.TORCH_ZIP : Format.UNKNOWN;
        }
        if (isPickle(bytes) && startsWith(bytes, 2, TORCH_LEGACY)) {
            return Format.TORCH_PICKLE;
        }
        long headerBytes = bytes.getLong(0);
        boolean fits = headerBytes >= 2
                && headerBytes <= SafetensorsReader.MAX_HEADER_BYTES
                && headerBytes <= sizeBytes - SafetensorsReader.LENGTH_BYTES;
        return fits && bytes.limit() > 8 && bytes.get(8) == '{' ? Format.SAFETENSORS : Format.UNKNOWN;
    }

    /** A pickle of protocol 2 to 5: it names its protocol in two bytes. */
    static boolean isPickle(ByteBuffer bytes) {
        return bytes.limit() >= 2 && (bytes.get(0) & 0xff) == 0x80 && bytes.get(1) >= 2 && bytes.get(1) <= 5;
    }

    /** torch writes {@code <archive>/data.pkl} first; TorchScript and older writers {@code <archive>/version}. */
    private static boolean isTorchZip(ByteBuffer bytes) {
        if (bytes.limit() < ZIP_NAME_AT) {
            return false;
        }
        int length = bytes.getShort(ZIP_NAME_LENGTH_AT) & 0xffff;
        if (length > bytes.limit() - ZIP_NAME_AT) {
            return false;
        }
        byte[] name = new byte[length];
        bytes.get(ZIP_NAME_AT, name);
        String first = new String(name, StandardCharsets.UTF_8);
        String entry = first.substring(first.indexOf('/') + 1);
        return entry.equals("data.pkl")
                || entry.equals("version")
                || entry.equals("constants.pkl")
                || entry.equals(".format_version")
                || entry.equals("byteorder");
    }

    private static boolean startsWith(ByteBuffer bytes, int at, byte[] prefix) {
        if (bytes.limit() < at + prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (bytes.get(at + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
