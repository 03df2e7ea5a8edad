package dev.nowake.agent.observe;

import dev.nowake.kernel.PathBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/**
 * A path for people and JSON. Names that are not UTF-8 lose their odd bytes in {@code text} (as {@code \xNN}) and keep them
 * in {@code base64}, which is null where nothing was lost.
 */
public record PathLabel(String text, String base64) {
    public static PathLabel of(Path path) {
        byte[] bytes = PathBytes.of(path);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (java.util.Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            return new PathLabel(text, null);
        }
        StringBuilder escaped = new StringBuilder();
        for (byte b : bytes) {
            if (b >= 0x20 && b < 0x7f && b != '\\') {
                escaped.append((char) b);
            } else {
                escaped.append(String.format("\\x%02x", b & 0xff));
            }
        }
        return new PathLabel(escaped.toString(), Base64.getEncoder().encodeToString(bytes));
    }
}
