package dev.nowake.agent.config;

/**
 * Bytes asked of storage and not yet returned.
 *
 * @param maxBytes over all mounts
 * @param mountMaxBytes of any one mount, however much its filesystem was measured to deserve
 */
public record InFlightLimits(long maxBytes, long mountMaxBytes) {
    /** Less than one request of a network filesystem would be slower than no prefetch. */
    static final long LEAST_BYTES = 1L << 20;

    /** 128 chunks of 2 MiB keep 16 fast disks busy, and are a tenth of a second of the fastest. */
    public static final InFlightLimits DEFAULT = new InFlightLimits(256L << 20, Long.MAX_VALUE);

    public InFlightLimits {
        if (maxBytes < LEAST_BYTES || mountMaxBytes < LEAST_BYTES) {
            throw new IllegalArgumentException("in flight: " + maxBytes + " and " + mountMaxBytes + " bytes");
        }
    }
}
