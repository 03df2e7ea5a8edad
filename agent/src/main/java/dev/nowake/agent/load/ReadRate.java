package dev.nowake.agent.load;

/** How fast a position moves, smoothed over about a second. For one thread. */
final class ReadRate {
    private static final double SMOOTHING_SECONDS = 1.0;

    private long lastBytes;
    private long lastNanos;
    private boolean begun;
    private double bytesPerSecond;

    /** {@code bytes} grows, but where a reader went back: then it has read nothing that could be told. */
    void seen(long bytes, long nowNanos) {
        double seconds = (nowNanos - lastNanos) / 1e9;
        if (begun && seconds > 0) {
            double now = Math.max(0, bytes - lastBytes) / seconds;
            double weight = 1 - Math.exp(-seconds / SMOOTHING_SECONDS);
            bytesPerSecond += weight * (now - bytesPerSecond);
        }
        if (!begun || seconds > 0) {
            begun = true;
            lastBytes = bytes;
            lastNanos = nowNanos;
        }
    }

    /** 0 before two looks. */
    double bytesPerSecond() {
        return bytesPerSecond;
    }
}
