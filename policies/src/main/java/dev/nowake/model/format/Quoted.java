package dev.nowake.model.format;

/** A name out of a hostile file, made fit for one line of a message. */
public final class Quoted {
    /** Long enough for any real tensor name, short enough for one line of a terminal. */
    private static final int SHOWN = 80;

    private Quoted() {}

    public static String of(String name) {
        StringBuilder line = new StringBuilder("\"");
        int shown = Math.min(SHOWN, name.length());
        for (int i = 0; i < shown; i++) {
            char c = name.charAt(i);
            if (Character.isISOControl(c) || c == '"' || c == '\\' || Character.isSurrogate(c) || c == '\u2028') {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        return line.append(shown < name.length() ? "\"..." : "\"").toString();
    }
}
