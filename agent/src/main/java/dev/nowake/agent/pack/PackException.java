package dev.nowake.agent.pack;

import java.io.IOException;

/** Nothing is packed, or an image cannot be checked; the message is one line that says what to do. */
public final class PackException extends IOException {
    /** What whoever asked can do about it. */
    public enum Kind {
        /** Ask for something else. */
        USAGE,
        /** Install what is missing, or go without. */
        NOT_SUPPORTED,
        /** Run it with more rights. */
        NOT_PERMITTED,
        /** Find what went wrong, and run it again. */
        FAILED
    }

    private static final long serialVersionUID = 1;

    private final Kind kind;

    PackException(Kind kind, String message) {
        this(kind, message, null);
    }

    PackException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
