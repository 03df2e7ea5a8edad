package dev.nowake.agent.cli;

import dev.nowake.agent.observe.JournalEntry;
import dev.nowake.agent.observe.JournalReader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the daemon wrote down, whether one runs or not. */
@Command(
        name = "journal",
        description = "Shows the daemon's journal, a line each; with --output json the lines as they were written.")
final class JournalVerb implements Callable<Integer> {
    /** The same as {@code tail -f}. */
    private static final int BEFORE_FOLLOWING = 10;

    private static final long LOOK_MILLIS = 200;

    enum When {
        auto,
        always,
        never
    }

    @Mixin
    private JournalFilter filter = new JournalFilter();

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            description = "The last so many.")
    private Integer last;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what is written from now on, until it is ended.")
    private boolean follow;

    @Option(
            names = "--color",
            paramLabel = "auto|always|never",
            defaultValue = "auto",
            description = "Colours (default: on a terminal, unless NO_COLOR is set).")
    private When color;

    private final Invocation invocation;

    JournalVerb(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws CliException, InterruptedException {
        if (last != null && last < 0) {
            throw CliException.usage("--lines is a number of lines, not " + last);
        }
        ZoneId zone = ZoneId.systemDefault();
        filter.prepare(ZonedDateTime.now(zone));
        if (invocation.json()) {
            filter.withSamples();
        }
        Path file = invocation.stateDir().resolve("journal.jsonl");
        PrintStream out = new PrintStream(new BufferedOutputStream(invocation.out(), 1 << 16));
        JournalPrinter printer = new JournalPrinter(out, invocation.json(), colours(), zone);
        try (JournalReader reader = new JournalReader(file, filter.since())) {
            boolean any = printAll(reader, printer);
            out.flush();
            while (follow && !invocation.out().checkError()) {
                Thread.sleep(LOOK_MILLIS);
                for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
                    if (filter.passes(entry)) {
                        printer.print(entry);
                    }
                }
                out.flush();
            }
            if (!any && !follow) {
                throw new CliException(
                        ExitCode.FAILED,
                        "no_journal",
                        "no journal in " + Invocation.show(file.getParent())
                                + ": a daemon writes one; --state-dir says where its own is");
            }
            if (reader.skipped() > 0) {
                invocation.warn("passed over " + (reader.skipped() == 1 ? "once" : reader.skipped() + " times")
                        + " what is no line of a journal");
            }
        } catch (IOException unreadable) {
            throw CliException.of(file, unreadable);
        }
        return ExitCode.DONE;
    }

    /** Whether there was any line, asked for or not. */
    private boolean printAll(JournalReader reader, JournalPrinter printer) throws IOException {
        int most = last != null ? last : follow ? BEFORE_FOLLOWING : Integer.MAX_VALUE;
        boolean hold = most != Integer.MAX_VALUE || filter.isOfOneRun();
        Deque<JournalEntry> held = new ArrayDeque<>();
        boolean any = false;
        for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
            any = true;
            if (!filter.passes(entry)) {
                continue;
            }
            if (!hold) {
                printer.print(entry);
                continue;
            }
            if (filter.isOfOneRun() && !held.isEmpty() && !held.getLast().run().equals(entry.run())) {
                held.clear();
            }
            held.addLast(entry);
            if (held.size() > most) {
                held.removeFirst();
            }
        }
        held.forEach(printer::print);
        return any;
    }

    private boolean colours() {
        return switch (color) {
            case always -> true;
            case never -> false;
            case auto -> {
                String none = System.getenv("NO_COLOR");
                yield (none == null || none.isEmpty())
                        && !"dumb".equals(System.getenv("TERM"))
                        && invocation.out() == System.out
                        && Main.isTerminal(1);
            }
        };
    }
}
