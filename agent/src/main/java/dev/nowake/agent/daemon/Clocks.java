package dev.nowake.agent.daemon;

import java.time.Instant;
import java.util.function.DoubleSupplier;

/**
 * The wall clock, which is set by hand, by NTP and by guests that wake up, and the steady one (CLOCK_MONOTONIC), which only
 * goes on and stands still while the host sleeps. Policies speak of the first because people do; what lasts is kept in the
 * second, so that a clock that is set neither ends nor prolongs it. Both in seconds. Any thread.
 */
record Clocks(DoubleSupplier wall, DoubleSupplier steady) {
    static final Clocks HOST = new Clocks(() -> System.currentTimeMillis() / 1e3, () -> System.nanoTime() / 1e9);

    /** Unix time. */
    double wallSeconds() {
        return wall.getAsDouble();
    }

    double steadySeconds() {
        return steady.getAsDouble();
    }

    /** The wall clock as an instant. */
    Instant instant() {
        return Instant.ofEpochMilli(Math.round(wallSeconds() * 1e3));
    }

    /** When the steady clock will show what the wall clock, as it goes now, calls this. */
    double steadyAt(double wallSeconds) {
        return wallSeconds - wallAhead();
    }

    double wallAt(double steadySeconds) {
        return steadySeconds + wallAhead();
    }

    /** Changes when the wall clock is set. */
    double wallAhead() {
        return wallSeconds() - steadySeconds();
    }
}
