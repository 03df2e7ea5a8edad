package dev.nowake.policy.sim;

/**
 * The storage of a simulated host.
 *
 * @param bytesPerSecond what it delivers when enough requests are in flight
 * @param latencyNanos from a request to its first byte, whatever else is in flight
 * @param requests how many may be in flight at once; more wait outside
 */
public record StorageSpec(double bytesPerSecond, long latencyNanos, int requests) {
    /** What a NVMe queue and most network clients take without complaint. */
    public static final int DEFAULT_REQUESTS = 32;

    /** A minute for one request: nothing we know is slower and still works. */
    private static final long MAX_LATENCY_NANOS = 60_000_000_000L;

    /** Under this a terabyte takes years, and virtual time would run out. */
    private static final double MIN_BYTES_PER_SECOND = 1000;

    public StorageSpec {
        if (!(bytesPerSecond >= MIN_BYTES_PER_SECOND)) {
            throw new IllegalArgumentException("storage delivers at least 1kB/s");
        }
        if (latencyNanos < 0 || latencyNanos > MAX_LATENCY_NANOS) {
            throw new IllegalArgumentException("storage answers within 0 and 60 seconds");
        }
        if (requests < 1 || requests > 65_536) {
            throw new IllegalArgumentException("storage takes 1 to 65536 requests at once");
        }
    }

    public StorageSpec(double bytesPerSecond, long latencyNanos) {
        this(bytesPerSecond, latencyNanos, DEFAULT_REQUESTS);
    }

    long transferNanos(long bytes) {
        return (long) Math.ceil(bytes / bytesPerSecond * 1e9);
    }
}
