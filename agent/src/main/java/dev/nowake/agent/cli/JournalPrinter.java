package dev.nowake.agent.cli;

import dev.nowake.agent.observe.JournalEntry;
import dev.nowake.agent.observe.Priority;
import dev.nowake.agent.observe.Sentence;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Lines of the journal for people, or as they are. */
final class JournalPrinter {
    private static final String RESET = "\u001b[0m";
    private static final String FAINT = "\u001b[2m";
    private static final int KIND_CHARS = 10;

    private final PrintStream out;
    private final boolean raw;
    private final boolean colours;
    private final DateTimeFormatter times;

    JournalPrinter(PrintStream out, boolean raw, boolean colours, ZoneId zone) {
        this.out = out;
        this.raw = raw;
        this.colours = colours;
        this.times = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(zone);
    }

    void print(JournalEntry entry) {
        if (raw) {
            out.write(entry.raw(), 0, entry.raw().length);
            out.write('\n');
            return;
        }
        Instant time = entry.time();
        String when = time == null ? "-".repeat(23) : times.format(time);
        String kind = Line.of(entry.kind());
        kind += " ".repeat(Math.max(0, KIND_CHARS - kind.length()));
        String load = entry.load() > 0 ? "#" + entry.load() + " " : "";
        Priority priority = Priority.of(entry);
        out.println(paint(FAINT, when) + "  " + paint(colour(priority), kind) + "  " + paint(FAINT, load)
                + Sentence.of(entry));
    }

    private static String colour(Priority priority) {
        return switch (priority) {
            case ERROR -> "\u001b[1;31m";
            case WARNING -> "\u001b[33m";
            case NOTICE -> "\u001b[36m";
            case INFO -> "\u001b[1m";
            case DEBUG -> "";
        };
    }

    private String paint(String colour, String text) {
        return colours && !colour.isEmpty() && !text.isEmpty() ? colour + text + RESET : text;
    }
}
