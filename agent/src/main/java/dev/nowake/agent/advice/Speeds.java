package dev.nowake.agent.advice;

import dev.nowake.agent.observe.Amounts;

/** What so many bytes under way come to at a server's latency: bytes divided by time, whatever the network gives. */
final class Speeds {
    private static final long[] LATENCY_MILLIS = {2, 10};

    private Speeds() {}

    /** {@code at most 131 MB/s at 2 ms a request, 26.2 MB/s at 10 ms}. */
    static String atMost(long bytesUnderWay) {
        return "at most " + rate(bytesUnderWay, LATENCY_MILLIS[0]) + " at " + LATENCY_MILLIS[0] + " ms a request, "
                + rate(bytesUnderWay, LATENCY_MILLIS[1]) + " at " + LATENCY_MILLIS[1] + " ms";
    }

    private static String rate(long bytes, long millis) {
        double megabytes = bytes / 1e3 / millis;
        return megabytes >= 1000 ? Amounts.digits(megabytes / 1000) + " GB/s" : Amounts.digits(megabytes) + " MB/s";
    }
}
