package dev.nowake.agent.report;

import java.util.Locale;

/** A piece of a page. What comes from a journal goes through {@link #text} or {@link #attribute} and is escaped there. */
final class Html {
    private final StringBuilder page = new StringBuilder(1 << 14);

    /** Markup of ours. */
    Html raw(String markup) {
        page.append(markup);
        return this;
    }

    /** Markup of ours with numbers in it. */
    Html format(String markup, Object... numbers) {
        page.append(String.format(Locale.ROOT, markup, numbers));
        return this;
    }

    Html text(String text) {
        escape(text);
        return this;
    }

    /** {@code name="value"} and a space before it. */
    Html attribute(String name, String value) {
        page.append(' ').append(name).append("=\"");
        escape(value);
        page.append('"');
        return this;
    }

    /** A whole element; without a class where that is null. */
    Html element(String tag, String styles, String text) {
        page.append('<').append(tag);
        if (styles != null) {
            attribute("class", styles);
        }
        page.append('>');
        escape(text);
        page.append("</").append(tag).append('>');
        return this;
    }

    Html add(Html other) {
        page.append(other.page);
        return this;
    }

    /** Also what is invisible or turns text around (controls, bidi marks) is shown, not obeyed. */
    private void escape(String text) {
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> page.append("&amp;");
                case '<' -> page.append("&lt;");
                case '>' -> page.append("&gt;");
                case '"' -> page.append("&quot;");
                case '\'' -> page.append("&#39;");
                case '\n' -> page.append('\n');
                default -> character(c);
            }
        });
    }

    private void character(int c) {
        int type = Character.getType(c);
        if (type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.UNASSIGNED) {
            page.append(String.format(c < 256 ? "\\x%02x" : "\\u%04x", c));
        } else {
            page.appendCodePoint(c);
        }
    }

    @Override
    public String toString() {
        return page.toString();
    }
}
