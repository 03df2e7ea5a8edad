package dev.nowake.model;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The bytes of a file's name or path as text for people, whatever the process's locale. */
public final class NameText {
    private NameText() {}

    /** UTF-8 where the bytes are that; else each byte that is not ASCII as {@code \xNN}, which loses them. */
    public static String of(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            return escaped(bytes);
        }
    }

    private static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            if (b < 0) {
                text.append("\\x%02x".formatted(b & 0xff));
            } else {
                text.append((char) b);
            }
        }
        return text.toString();
    }
}
