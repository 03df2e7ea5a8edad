package dev.nowake.agent.pack;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an image is compressed.
 *
 * @param algorithm as mkfs.erofs names it
 * @param level null for the algorithm's own
 */
public record Compression(String algorithm, Integer level) {
    private static final Pattern TEXT = Pattern.compile("([a-z][a-z0-9]*)(?:,([0-9]{1,3}))?");

    /**
     * Of {@code lz4hc} or {@code zstd,9}.
     *
     * @throws IllegalArgumentException with one line
     */
    public static Compression parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "a compression is an algorithm with or without a level, as lz4hc or zstd,9");
        }
        return new Compression(matcher.group(1), matcher.group(2) == null ? null : Integer.valueOf(matcher.group(2)));
    }

    @Override
    public String toString() {
        return level == null ? algorithm : algorithm + "," + level;
    }
}
