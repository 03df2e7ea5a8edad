package dev.nowake.agent.mirror.fill;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to leave a remote alone that has failed: 1 s, then twice as long each time, up to a minute; a quarter more or less,
 * so that hosts which lost one server together do not come back together.
 */
final class Backoff {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final RandomGenerator random;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** @param failures in a row, from 1 */
    long nanos(int failures) {
        long plain = failures > 6 ? LONGEST_NANOS : Math.min(LONGEST_NANOS, FIRST_NANOS << failures - 1);
        return (long) (plain * (0.75 + random.nextDouble() / 2));
    }
}
