package dev.nowake.agent.cli;

import dev.nowake.agent.observe.OneLine;

/** Text that comes from outside, made fit for one line of a terminal. */
final class Line {
    private Line() {}

    static String of(String text) {
        return OneLine.of(text);
    }
}
