package dev.nowake.agent.govern;

import java.util.Map;

/**
 * How the governor stands, for {@code status}.
 *
 * @param roomBytes what one load could acquire now; less than nothing when others have taken the margin
 * @param marginBytes left free above the watermarks
 * @param outsideBytesPerSecond what everybody else takes of memory
 * @param unrest the kernel reclaimed, or tasks waited for memory, within two seconds
 * @param shortage why the last refused acquisition got nothing; NONE when the last one succeeded
 * @param waits acquisitions refused so far, by what was short
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
        Map<Shortage, Long> waits,
        long looks,
        long lookedNanos) {
    /** Acquisitions refused so far, for whatever reason. */
    public long allWaits() {
        return waits.values().stream().mapToLong(Long::longValue).sum();
    }
}
