package dev.nowake.model.format;

/** A name out of a hostile file, made fit for one line of a message. */
public final class Quoted {
    /** Long enough for any real tensor name, short enough for one line of a terminal; an escape counts as what it is. */
    private static final int SHOWN = 80;

    private Quoted() {}

    /** Ends a line, or turns the direction of what follows. */
    private static boolean isTurning(char c) {
        return c >= 0x2028 && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
    }

    public static String of(String name) {
        StringBuilder line = new StringBuilder("\"");
        int shown = 0;
        for (; shown < name.length() && line.length() <= SHOWN; shown++) {
            char c = name.charAt(shown);
            if (Character.isISOControl(c) || c == '"' || c == '\\' || Character.isSurrogate(c) || isTurning(c)) {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        return line.append(shown < name.length() ? "\"..." : "\"").toString();
    }
}
