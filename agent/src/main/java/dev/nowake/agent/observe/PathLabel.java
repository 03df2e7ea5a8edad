package dev.nowake.agent.observe;

import dev.nowake.agent.identify.PathText;
import dev.nowake.kernel.PathBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;

/**
 * A path for people and JSON. Names that are not UTF-8 lose their odd bytes in {@code text} (as {@code \xNN}) and keep them
 * in {@code base64}, which is null where nothing was lost.
 */
public record PathLabel(String text, String base64) {
    public static PathLabel of(Path path) {
        String text = PathText.of(path);
        byte[] bytes = PathBytes.of(path);
        boolean whole = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
        return new PathLabel(text, whole ? null : Base64.getEncoder().encodeToString(bytes));
    }
}
