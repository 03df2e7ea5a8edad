package dev.nowake.agent.trace;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Cuts what a trace pipe gives into lines, each handed on without its end. For one thread. */
final class PipeLines {
    private final StringBuilder line = new StringBuilder(256);
    private final Consumer<String> taker;

    PipeLines(Consumer<String> taker) {
        this.taker = taker;
    }

    /** The next bytes of the pipe; a line may go on in the ones that follow. */
    void take(byte[] buffer, int length) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (buffer[i] == '\n') {
                line.append(new String(buffer, start, i - start, StandardCharsets.ISO_8859_1));
                taker.accept(line.toString());
                line.setLength(0);
                start = i + 1;
            }
        }
        line.append(new String(buffer, start, length - start, StandardCharsets.ISO_8859_1));
    }
}
