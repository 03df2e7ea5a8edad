package dev.nowake.policy.trace;

import dev.nowake.model.NameText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A path as text. Names that are not UTF-8 lose their odd bytes in {@code text} (as {@code \xNN}) and keep them in {@code
 * base64}, which is null where nothing was lost.
 */
public record TraceName(String text, String base64) {
    /** What Linux takes as a path. */
    static final int MAX_BYTES = 4096;

    /** A name that is text. */
    public static TraceName of(String text) {
        return new TraceName(text, null);
    }

    /** The name of these bytes. */
    public static TraceName of(byte[] bytes) {
        String text = NameText.of(bytes);
        boolean whole = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
        return new TraceName(text, whole ? null : Base64.getEncoder().encodeToString(bytes));
    }

    /** The name's own bytes. Throws {@link IllegalArgumentException} where {@code base64} is none. */
    public byte[] bytes() {
        return base64 == null
                ? text.getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(base64);
    }

    /** Why it cannot be the name of a file, or null. */
    String wrong() {
        byte[] bytes;
        try {
            bytes = bytes();
        } catch (IllegalArgumentException e) {
            return "a path in broken base64";
        }
        if (bytes.length == 0 || bytes.length > MAX_BYTES) {
            return "a path of " + bytes.length + " bytes";
        }
        for (byte b : bytes) {
            if (b == 0) {
                return "a path with a NUL in it";
            }
        }
        boolean lossy = base64 == null && !Arrays.equals(of(bytes).bytes(), bytes);
        return lossy ? "a path that is no text" : null;
    }
}
