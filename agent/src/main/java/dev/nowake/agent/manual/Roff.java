package dev.nowake.agent.manual;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A manual page under construction: man(7) macros. Text is escaped here, in one place. */
final class Roff {
    private static final Pattern INLINE = Pattern.compile("`([^`]+)`|\\*\\*([^*]+)\\*\\*|\\[([^]]+)]\\([^)]+\\)");

    /** How long a source line is at most where there is a space; terminals fill theirs themselves. */
    private static final int LINE_LENGTH = 78;

    private final StringBuilder page = new StringBuilder();

    /** @param date as yyyy-mm-dd */
    Roff(String title, int section, String date, String source) {
        page.append(".TH ").append(quoted(title));
        page.append(' ').append(section).append(' ').append(date).append(' ');
        page.append(quoted(source)).append(" \"nowake manual\"\n");
        // No hyphens in option names, and lines that may stay short.
        page.append(".nh\n.ad l\n");
    }

    Roff section(String heading) {
        page.append(".SH ").append(quoted(heading)).append('\n');
        return this;
    }

    Roff subsection(String heading) {
        page.append(".SS ").append(quoted(heading)).append('\n');
        return this;
    }

    /** Text of the running paragraph. */
    Roff line(String text) {
        StringBuilder line = new StringBuilder();
        for (String word : inline(text).split(" +")) {
            if (!line.isEmpty() && line.length() + word.length() >= LINE_LENGTH) {
                page.append(guarded(line.toString())).append('\n');
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        page.append(guarded(line.toString())).append('\n');
        return this;
    }

    Roff bold(String text) {
        page.append(guarded("\\fB" + escaped(text) + "\\fP")).append('\n');
        return this;
    }

    Roff newLine() {
        page.append(".br\n");
        return this;
    }

    /** None where a heading or another paragraph has just begun: formatters complain of an empty one. */
    Roff paragraph() {
        String last = page.substring(page.lastIndexOf("\n", page.length() - 2) + 1);
        if (!last.startsWith(".S") && !last.startsWith(".PP")) {
            page.append(".PP\n");
        }
        return this;
    }

    /** What is defined, and what it is. */
    Roff tagged(String tag, String text) {
        page.append(".TP\n").append(guarded("\\fB" + escaped(tag) + "\\fP")).append('\n');
        return line(text);
    }

    /** An item of a list. */
    Roff item(String mark, String text) {
        page.append(".IP ").append(mark).append(" 4\n");
        return line(text);
    }

    /** Lines as they are. */
    Roff verbatim(Iterable<String> lines) {
        paragraph();
        page.append(".RS 4\n.nf\n");
        lines.forEach(line -> page.append(guarded(escaped(line))).append('\n'));
        page.append(".fi\n.RE\n");
        return this;
    }

    @Override
    public String toString() {
        return page.toString();
    }

    /** Code and what is strong in bold, links as their text. */
    private static String inline(String text) {
        StringBuilder result = new StringBuilder();
        Matcher found = INLINE.matcher(text);
        int end = 0;
        while (found.find()) {
            result.append(escaped(text.substring(end, found.start())));
            if (found.group(3) != null) {
                result.append(inline(found.group(3)));
            } else {
                String strong = found.group(1) != null ? found.group(1) : found.group(2);
                result.append("\\fB").append(escaped(strong)).append("\\fP");
            }
            end = found.end();
        }
        return result.append(escaped(text.substring(end))).toString();
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e")
                .replace("-", "\\-")
                .replace("'", "\\(aq")
                .replace("`", "\\(ga");
    }

    private static String quoted(String text) {
        return '"' + escaped(text).replace("\"", "\\(dq") + '"';
    }

    /** A point at a line's start would be a macro. */
    private static String guarded(String line) {
        return line.startsWith(".") ? "\\&" + line : line;
    }
}
