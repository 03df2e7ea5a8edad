package dev.nowake.policy;

/** A policy could not be loaded or its call failed. The message is one line and says where, as file and line, when known. */
public final class PolicyFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What went wrong, for counters. */
    public enum Kind {
        /** It cannot be loaded: syntax, a missing export, a wrong declaration. */
        INVALID,
        /** It threw. */
        THROWN,
        /** It took longer than it may. */
        TIMEOUT,
        /** It used more statements or memory than it may. */
        LIMIT,
        /** It returned what is no list of steps. */
        BAD_RESULT
    }

    private final Kind kind;

    public PolicyFailure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
