package dev.nowake.model;

/** A header that is broken or made to harm: one line saying what is wrong. A counted error, never the end of anything. */
public final class HostileModelException extends Exception {
    public HostileModelException(String message) {
        super(message);
    }
}
