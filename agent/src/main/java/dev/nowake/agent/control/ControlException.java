package dev.nowake.agent.control;

import java.io.IOException;

/** No answer could be had; the message is one line that says what to do. */
public final class ControlException extends IOException {
    private static final long serialVersionUID = 1;

    private final String code;

    ControlException(String code, String message) {
        super(message);
        this.code = code;
    }

    /** {@code no_daemon}, {@code busy} or {@code not_permitted}. */
    public String code() {
        return code;
    }
}
