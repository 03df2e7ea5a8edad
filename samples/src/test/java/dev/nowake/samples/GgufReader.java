package dev.nowake.samples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a small GGUF file back, written from the format's description alone. */
final class GgufReader {
    final Map<String, Object> keys = new LinkedHashMap<>();
    final Map<String, Long> tensors = new LinkedHashMap<>();
    /** Where the last tensor's padding ends. */
    long endBytes;

    private final ByteBuffer in;

    private GgufReader(ByteBuffer in) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    }

    static GgufReader read(Path path) throws IOException {
        GgufReader reader = new GgufReader(ByteBuffer.wrap(Files.readAllBytes(path)));
        reader.readHead();
        return reader;
    }

    private void readHead() {
        if (in.getInt() != 0x46554747 || in.getInt() != 3) {
            throw new IllegalArgumentException("not GGUF version 3");
        }
        long tensorCount = in.getLong();
        long keyCount = in.getLong();
        for (long key = 0; key < keyCount; key++) {
            keys.put(string(), value(in.getInt()));
        }
        long lastEndBytes = 0;
        for (long tensor = 0; tensor < tensorCount; tensor++) {
            String name = string();
            long weights = 1;
            int dimensions = in.getInt();
            for (int dimension = 0; dimension < dimensions; dimension++) {
                weights *= in.getLong();
            }
            int type = in.getInt();
            long offsetBytes = in.getLong();
            if (offsetBytes != lastEndBytes || tensors.put(name, offsetBytes) != null) {
                throw new IllegalArgumentException(name + " starts at " + offsetBytes + ", not " + lastEndBytes);
            }
            lastEndBytes = aligned(offsetBytes + weights * (type == 0 ? 4 : 2));
        }
        endBytes = aligned(in.position()) + lastEndBytes;
    }

    private Object value(int type) {
        return switch (type) {
            case 2 -> (long) in.getShort();
            case 4, 5, 6 -> (long) in.getInt();
            case 8 -> string();
            case 9 -> array();
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    private Object array() {
        int type = in.getInt();
        long count = in.getLong();
        for (long i = 0; i < count; i++) {
            value(type);
        }
        return count;
    }

    private String string() {
        byte[] bytes = new byte[(int) in.getLong()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static long aligned(long bytes) {
        return (bytes + 31) / 32 * 32;
    }
}
