package dev.nowake.policy.trace;

/** A trace cannot be read or written. One line, which begins with the line's number where there is one. */
public final class TraceException extends Exception {
    private static final long serialVersionUID = 1;

    public TraceException(String message) {
        super(message, null, false, false);
    }

    static TraceException at(long line, String message) {
        return new TraceException("line " + line + ": " + message);
    }
}
