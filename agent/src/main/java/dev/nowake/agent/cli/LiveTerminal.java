package dev.nowake.agent.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/** A terminal that is drawn anew from time to time until q is typed, and is then as it was before. For one thread, once. */
final class LiveTerminal {
    /** What is drawn. */
    interface Picture {
        List<String> of(int width, int height);
    }

    private static final int CONTROL_C = 3;
    private static final int CONTROL_L = 12;

    private final long intervalMillis;
    private final AtomicBoolean over = new AtomicBoolean();

    LiveTerminal(long intervalMillis) {
        this.intervalMillis = intervalMillis;
    }

    /** Returns the exit code when q was typed, or the terminal is gone. */
    int show(Picture picture) throws CliException {
        try (Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(false)
                .nativeSignals(true)
                .graphemeCluster(false) // the frame is ASCII: the terminal need not be asked
                .build()) {
            if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
                throw noTerminal(null);
            }
            Attributes before = terminal.enterRawMode();
            Thread restore = new Thread(() -> restore(terminal, before), "nowake-restore");
            Runtime.getRuntime().addShutdownHook(restore);
            terminal.handle(Terminal.Signal.INT, signal -> over.set(true));
            try {
                terminal.puts(Capability.enter_ca_mode);
                terminal.puts(Capability.cursor_invisible);
                loop(terminal, picture);
            } finally {
                restore(terminal, before);
                Runtime.getRuntime().removeShutdownHook(restore);
            }
            return ExitCode.DONE;
        } catch (IOException | IllegalStateException none) {
            throw noTerminal(none);
        }
    }

    private static CliException noTerminal(Exception cause) {
        return new CliException(
                ExitCode.USAGE,
                "usage",
                "top needs a terminal here: give --once for one frame, or --output json",
                cause);
    }

    private void loop(Terminal terminal, Picture picture) throws IOException {
        Size drawn = Size.of(0, 0);
        while (!over.get()) {
            Size size = size(terminal);
            draw(terminal, picture.of(size.getColumns(), size.getRows() - 1), !size.equals(drawn));
            drawn = size;
            int key = key(terminal.reader());
            if (key == 'q' || key == 'Q' || key == CONTROL_C || key == NonBlockingReader.EOF) {
                return;
            }
            drawn = key == CONTROL_L ? Size.of(0, 0) : drawn;
        }
    }

    /** Some serial lines know no size. */
    private static Size size(Terminal terminal) {
        Size size = terminal.getSize();
        return size.getColumns() > 0 && size.getRows() > 0 ? size : Size.of(80, 24);
    }

    /** {@code READ_EXPIRED} when none was typed for the interval, or a signal came. */
    private int key(NonBlockingReader reader) throws IOException {
        try {
            return reader.read(intervalMillis);
        } catch (java.io.InterruptedIOException signal) {
            return NonBlockingReader.READ_EXPIRED;
        }
    }

    /** Over what is there, a line at a time: a screen that is cleared first flickers over ssh. */
    private static void draw(Terminal terminal, List<String> lines, boolean clear) {
        if (clear) {
            terminal.puts(Capability.clear_screen);
        }
        terminal.puts(Capability.cursor_home);
        for (String line : lines) {
            terminal.writer().print(line);
            terminal.puts(Capability.clr_eol);
            terminal.writer().print("\r\n");
        }
        terminal.puts(Capability.clr_eos);
        terminal.flush();
    }

    private static void restore(Terminal terminal, Attributes before) {
        terminal.puts(Capability.exit_ca_mode);
        terminal.puts(Capability.cursor_normal);
        terminal.flush();
        terminal.setAttributes(before);
    }
}
