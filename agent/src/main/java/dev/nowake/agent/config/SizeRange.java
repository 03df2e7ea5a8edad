package dev.nowake.agent.config;

/**
 * Sizes a rule is for: {@code >=10GiB}, {@code >10GiB}, {@code <1GiB}, {@code <=1GiB}, or {@code 1GiB..10GiB}, both ends included.
 *
 * @param fromBytes the smallest
 * @param toBytes the largest
 * @param text as it was written
 */
public record SizeRange(long fromBytes, long toBytes, String text) {
    /** Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    public static SizeRange parse(String written) {
        String text = written.strip();
        int dots = text.indexOf("..");
        if (dots >= 0) {
            long from = ByteSize.parse(text.substring(0, dots));
            long to = ByteSize.parse(text.substring(dots + 2));
            if (from > to) {
                throw new IllegalArgumentException("'" + text + "' runs backwards: write the smaller size first");
            }
            return new SizeRange(from, to, text);
        }
        if (text.startsWith(">=")) {
            return new SizeRange(ByteSize.parse(text.substring(2)), Long.MAX_VALUE, text);
        }
        if (text.startsWith("<=")) {
            return new SizeRange(0, ByteSize.parse(text.substring(2)), text);
        }
        if (text.startsWith(">")) {
            long bytes = ByteSize.parse(text.substring(1));
            // nothing is larger than the largest
            return new SizeRange(bytes == Long.MAX_VALUE ? bytes : bytes + 1, Long.MAX_VALUE, text);
        }
        if (text.startsWith("<")) {
            return new SizeRange(0, ByteSize.parse(text.substring(1)) - 1, text);
        }
        throw new IllegalArgumentException("'" + text + "' is no range of sizes: write >=10GiB, <1GiB or 1GiB..10GiB");
    }

    public boolean contains(long bytes) {
        return bytes >= fromBytes && bytes <= toBytes;
    }
}
