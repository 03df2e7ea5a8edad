package dev.nowake.agent.observe;

/** What the daemon keeps the distribution of. */
public enum Measure {
    /**
     * A 1 GB model on NVMe takes half a second, 140 GB from a network filesystem a quarter of an hour; a server that keeps
     * its model mapped is in the last bucket when it ends. Half as many buckets could not tell 20 s from 40.
     */
    LOAD_SECONDS(
            "load_seconds",
            "how long loads lasted, from the first open to the last reader's end",
            0.5,
            1,
            2,
            5,
            10,
            20,
            30,
            60,
            120,
            300,
            600,
            1800,
            3600),

    /**
     * 0 is a reader that waits for the same bytes as the prefetch. A chunk is 8 to 16 MiB, what is in flight on one mount
     * up to a GiB; more is a prefetch that is far ahead.
     */
    FRONTIER_LAG_BYTES(
            "frontier_lag_bytes",
            "how far readers were behind the edge of their load's prefetch, at each look while it went on; 0: caught up",
            0,
            16 << 20,
            64 << 20,
            256 << 20,
            1 << 30,
            4L << 30,
            16L << 30),

    /** At the reader's own pace. Below 0.1 s one slow request of the storage is felt; beyond 30 s nothing is. */
    FRONTIER_LAG_SECONDS(
            "frontier_lag_seconds",
            "the same as the time the reader needs at its pace to get to the edge; nothing where it stands still",
            0,
            0.1,
            0.5,
            1,
            2,
            5,
            10,
            30);

    private final String metric;
    private final String help;
    private final double[] bounds;

    Measure(String metric, String help, double... bounds) {
        this.metric = metric;
        this.help = help;
        this.bounds = bounds;
    }

    /** Without prefix; its end is the unit. */
    public String metric() {
        return metric;
    }

    public String help() {
        return help;
    }

    Histogram empty() {
        return new Histogram(bounds);
    }
}
