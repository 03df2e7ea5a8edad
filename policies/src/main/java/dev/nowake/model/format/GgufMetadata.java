package dev.nowake.model.format;

import dev.nowake.model.HostileModelException;
import java.io.IOException;

/** The key-value part of a GGUF header: keeps the few values that matter here and passes over the rest. */
final class GgufMetadata {
    private static final int MAX_KEYS = 1 << 16;
    private static final int MAX_KEY_BYTES = 65_535;
    private static final int MAX_ARRAY_DEPTH = 4;
    private static final int MAX_TEXT_BYTES = 256;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    /** Bytes of each value type by its number; 0 for those whose length is written. */
    private static final int[] WIDTH = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

    private final HeaderBytes header;
    long alignmentBytes = 32;
    long splitNumber = -1;
    long splitCount;
    long splitTensors = -1;
    String architecture = "";

    GgufMetadata(HeaderBytes header) {
        this.header = header;
    }

    void read(long count) throws IOException, HostileModelException {
        if (count < 0 || count > MAX_KEYS) {
            throw new HostileModelException(
                    Long.toUnsignedString(count) + " metadata keys; at most " + MAX_KEYS + " can be");
        }
        for (long i = 0; i < count; i++) {
            String key = header.readText(header.readLong(), MAX_KEY_BYTES);
            int type = header.readInt();
            switch (key) {
                case "general.alignment" -> alignmentBytes = readNumber(key, type);
                case "split.no" -> splitNumber = readNumber(key, type);
                case "split.count" -> splitCount = readNumber(key, type);
                case "split.tensors.count" -> splitTensors = readNumber(key, type);
                case "general.architecture" -> architecture = readArchitecture(type);
                default -> pass(type, 0);
            }
        }
        check();
    }

    private void check() throws HostileModelException {
        // Any power of two works; a page of 64 KiB is the largest that would mean something.
        if (alignmentBytes < 1 || alignmentBytes > 1 << 16 || Long.bitCount(alignmentBytes) != 1) {
            throw new HostileModelException("general.alignment is " + alignmentBytes);
        }
        boolean split = splitNumber >= 0 || splitCount > 0;
        if (split && (splitCount < 1 || splitCount > 0xffff || splitNumber < 0 || splitNumber >= splitCount)) {
            throw new HostileModelException("split.no is " + splitNumber + " of split.count " + splitCount);
        }
    }

    private String readArchitecture(int type) throws IOException, HostileModelException {
        if (type != STRING) {
            throw new HostileModelException("general.architecture is no text");
        }
        return header.readText(header.readLong(), MAX_TEXT_BYTES);
    }

    private long readNumber(String key, int type) throws IOException, HostileModelException {
        return switch (type) {
            case 0, 7 -> header.readByte();
            case 1 -> (byte) header.readByte();
            case 2 -> header.readShort();
            case 3 -> (short) header.readShort();
            case 4 -> Integer.toUnsignedLong(header.readInt());
            case 5 -> header.readInt();
            case 10, 11 -> header.readLong();
            default -> throw new HostileModelException(key + " is no whole number");
        };
    }

    private void pass(int type, int depth) throws IOException, HostileModelException {
        if (type < 0 || type >= WIDTH.length) {
            throw new HostileModelException("a metadata value of type " + type + " at byte " + header.positionBytes());
        }
        if (type == STRING) {
            header.pass(header.readLong());
        } else if (type == ARRAY) {
            passArray(depth + 1);
        } else {
            header.pass(WIDTH[type]);
        }
    }

    private void passArray(int depth) throws IOException, HostileModelException {
        if (depth > MAX_ARRAY_DEPTH) {
            throw new HostileModelException("arrays nested deeper than " + MAX_ARRAY_DEPTH);
        }
        int type = header.readInt();
        long count = header.readLong();
        if (type < 0 || type >= WIDTH.length || count < 0) {
            throw new HostileModelException("a broken array at byte " + header.positionBytes());
        }
        if (WIDTH[type] > 0) {
            header.pass(count > Long.MAX_VALUE / WIDTH[type] ? Long.MAX_VALUE : count * WIDTH[type]);
            return;
        }
        // Each element takes at least its own length, so the header's bound is a bound here too.
        for (long i = 0; i < count; i++) {
            pass(type, depth);
        }
    }
}
