package dev.nowake.agent.config;

import java.time.Duration;

/**
 * How much of the journal is kept.
 *
 * @param fileBytes a file that has grown to this is closed and a new one begun
 * @param maxBytes of all files together; the oldest go
 * @param maxAge what is older goes, a file at a time
 */
public record JournalSettings(long fileBytes, long maxBytes, Duration maxAge) {
    /** Less than this would begin a new file every few lines. */
    static final long LEAST_BYTES = 64L << 10;

    /** The busiest journal seen writes 4 MiB a minute, a quiet host's some MiB a day. */
    public static final JournalSettings DEFAULT = new JournalSettings(32L << 20, 256L << 20, Duration.ofDays(14));
}
