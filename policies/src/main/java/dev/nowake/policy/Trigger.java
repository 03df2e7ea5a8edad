package dev.nowake.policy;

import java.util.Locale;

/** Why a policy is asked. */
public enum Trigger {
    /** A shard was opened. */
    OPEN,
    /** Readers have moved on, or prefetched bytes have landed. */
    PROGRESS,
    /** A reader touched bytes that were not resident: {@link PolicyInput#range} says which. */
    MISS,
    /** A shard's last reader is gone, or the whole load's ({@link LoadView#ended}). */
    CLOSE,
    /** A file was closed by somebody who had written to it. */
    WRITTEN,
    /** The host runs short of memory. */
    PRESSURE,
    /** Time passes: about every ten seconds. */
    TICK,
    /**
     * A mirror's disk is above its budget, or room is needed on it: {@link PolicyInput#mirror} says how much. Only the evict
     * hook of the policy that the mirror names is asked.
     */
    DISK;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
