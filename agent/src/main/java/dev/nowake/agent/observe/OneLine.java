package dev.nowake.agent.observe;

/** Text that comes from outside, made fit for one line of a terminal or a log: a file name may hold anything. */
public final class OneLine {
    private OneLine() {}

    /** Control characters as {@code \n}, {@code \x1b}, what breaks or turns lines as <code>&#92;u2028</code>; all else unchanged. */
    public static String of(String text) {
        int i = 0;
        while (i < text.length() && !isControl(text.charAt(i))) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder line = new StringBuilder(text.length() + 16).append(text, 0, i);
        for (; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (!isControl(c)) {
                        line.append(c);
                    } else if (c < 0x100) {
                        line.append("\\x").append(digit(c >> 4)).append(digit(c & 15));
                    } else {
                        line.append(String.format("\\u%04x", (int) c));
                    }
                }
            }
        }
        return line.toString();
    }

    private static char digit(int value) {
        return Character.forDigit(value, 16);
    }

    private static boolean isControl(char c) {
        return c < 0x20
                || c >= 0x7f && c < 0xa0
                || c == 0x61c // from here on what breaks lines, and what turns the direction of writing
                || c >= 0x200e && c <= 0x200f
                || c >= 0x2028 && c <= 0x202e
                || c >= 0x2066 && c <= 0x2069;
    }
}
