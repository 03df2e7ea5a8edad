package dev.nowake.policy;

/** Why a policy is asked. */
public enum Trigger {
    /** A shard was opened. */
    OPEN,
    /** Readers have moved on, or prefetched bytes have landed. */
    PROGRESS,
    /** A shard's last reader is gone, or the whole load's ({@link LoadView#ended}). */
    CLOSE,
    /** Time passes. */
    TICK;

    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
