package dev.nowake.agent.stage;

import java.io.IOException;

/** What was written is not what was to be written. */
final class WrongContent extends IOException {
    private static final long serialVersionUID = 1L;

    WrongContent(String message) {
        super(message);
    }
}
