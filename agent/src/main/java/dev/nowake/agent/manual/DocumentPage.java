package dev.nowake.agent.manual;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A manual page from one of the project's documents: headings, paragraphs, lists, tables and code of Markdown. */
final class DocumentPage {
    private static final Pattern ITEM = Pattern.compile("(-|[0-9]+\\.) (.*)");

    /** The column that needs no heading. */
    private static final String MEANING = "what it does";

    private final Roff page;
    private final List<String> running = new ArrayList<>();
    private String mark;

    private DocumentPage(Roff page) {
        this.page = page;
    }

    /** The document after its title, below what {@code page} already has. */
    static String of(Roff page, List<String> document) {
        DocumentPage whole = new DocumentPage(page);
        whole.page.section("DESCRIPTION");
        whole.read(document.iterator());
        return page.toString();
    }

    private void read(Iterator<String> lines) {
        while (lines.hasNext()) {
            String line = lines.next();
            Matcher item = ITEM.matcher(line);
            if (line.isBlank() || line.startsWith("# ")) {
                flush();
            } else if (line.startsWith("## ")) {
                flush();
                page.section(line.substring(3).replace("`", "").toUpperCase(Locale.ROOT));
            } else if (line.startsWith("### ")) {
                flush();
                page.subsection(line.substring(4).replace("`", ""));
            } else if (line.startsWith("```")) {
                flush();
                page.verbatim(code(lines));
            } else if (line.startsWith("|")) {
                flush();
                table(line, lines);
            } else if (item.matches()) {
                flush();
                mark = item.group(1).equals("-") ? "\\(bu" : item.group(1);
                running.add(item.group(2));
            } else {
                running.add(line.strip());
            }
        }
        flush();
    }

    private static List<String> code(Iterator<String> lines) {
        List<String> code = new ArrayList<>();
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("```")) {
                break;
            }
            code.add(line);
        }
        return code;
    }

    /** A table's first two lines are its heading; every other is a term and what it means, by column where there are more. */
    private void table(String first, Iterator<String> lines) {
        List<String> headings = cells(first);
        lines.next();
        while (lines.hasNext()) {
            String line = lines.next();
            if (!line.startsWith("|")) {
                return;
            }
            List<String> cells = cells(line);
            List<String> meaning = new ArrayList<>();
            for (int column = 1; column < Math.min(cells.size(), headings.size()); column++) {
                if (!cells.get(column).isEmpty()) {
                    String heading = headings.size() > 2 ? headings.get(column) : MEANING;
                    if (heading.equals(MEANING)) {
                        meaning.addFirst(cells.get(column));
                    } else {
                        meaning.add(heading + " " + cells.get(column));
                    }
                }
            }
            page.tagged(cells.getFirst().replace("`", ""), String.join("; ", meaning));
        }
    }

    private static List<String> cells(String row) {
        return Arrays.stream(row.substring(1).split("(?<!\\\\)\\|"))
                .map(cell -> cell.strip().replace("\\|", "|"))
                .toList();
    }

    /** Ends the running paragraph or item. A sentence's lines are one: how they are broken is the terminal's business. */
    private void flush() {
        if (!running.isEmpty()) {
            String text = String.join(" ", running);
            if (mark == null) {
                page.paragraph().line(text);
            } else {
                page.item(mark, text);
            }
            running.clear();
        }
        mark = null;
    }
}
