package dev.nowake.agent.advice;

import dev.nowake.agent.observe.Amounts;
import java.util.List;

/** Read-ahead windows too small for a server's latency. */
final class ReadAheadAdvice {
    /**
     * Two windows are under way for one reader: 16 MiB, which is 1 GB/s at 16 ms. On a FUSE server with 10 ms a request and
     * 2 GB/s one reader got 25 MB/s with 128 KiB, 0.62 GB/s with 4 MiB, 0.99 with 8 and 1.40 with 16; at 2 ms everything from
     * 8 MiB on is the same. Twice as much is read in vain for each page that somebody maps and touches out of order.
     */
    static final long WANTED_BYTES = 8L << 20;

    /** What some filesystems choose by themselves is not worth a line: 4 MiB is half a GB/s at 10 ms. */
    static final long ENOUGH_BYTES = 4L << 20;

    private ReadAheadAdvice() {}

    static void find(MountLook look, List<Finding> found) {
        long bytes = look.readAheadBytes();
        if (bytes < 0 || bytes >= ENOUGH_BYTES) {
            return;
        }
        String effect = bytes == 0
                ? "nothing is read ahead: every read waits for the server by itself"
                : "one reader has two of these under way, " + Speeds.atMost(2 * bytes)
                        + "; prefetch needs a request for every " + Amounts.bytes(2 * bytes);
        found.add(new Finding(
                FindingId.READ_AHEAD,
                look.mount().mountPoint(),
                "reads " + Amounts.bytes(bytes) + " ahead",
                effect,
                Fix.READ_AHEAD.command(look.mount())));
    }
}
