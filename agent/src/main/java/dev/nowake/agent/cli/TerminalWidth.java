package dev.nowake.agent.cli;

import java.io.IOException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** How wide the terminal is that standard output goes to. */
final class TerminalWidth {
    private TerminalWidth() {}

    /** {@code otherwise}: where there is none, or it does not say. */
    static int columns(int otherwise) {
        if (!Main.isTerminal(1)) {
            return otherwise;
        }
        try (Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .graphemeCluster(false)
                .build()) {
            int columns = terminal.getSize().getColumns();
            return columns > 0 ? columns : otherwise;
        } catch (IOException | IllegalStateException none) {
            return otherwise;
        }
    }
}
