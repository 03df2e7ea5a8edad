package dev.nowake.policy.js;

/** What a hook returned, or a policy declares, is not what it must be. Becomes a failure where the place is known. */
final class BadResult extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadResult(String message) {
        super(message, null, false, false);
    }
}
