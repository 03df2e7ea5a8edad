package dev.nowake.agent.govern;

/**
 * How the governor stands, for {@code status}.
 *
 * @param roomBytes what one load could acquire now; less than nothing when others have taken the margin
 * @param marginBytes left free above the watermarks
 * @param outsideBytesPerSecond what everybody else takes of memory
 * @param unrest the kernel reclaimed, or tasks waited for memory, within two seconds
 * @param shortage why the last refused acquisition got nothing; NONE when the last one succeeded
 * @param waits acquisitions refused so far
 * @param looks at memory so far, which took {@code lookedNanos} together
 */
public record GovernorState(
        long inFlightBytes,
        long roomBytes,
        long marginBytes,
        long outsideBytesPerSecond,
        boolean singlePages,
        boolean unrest,
        Shortage shortage,
        long waits,
        long looks,
        long lookedNanos) {}
