package dev.nowake.agent.mirror.evict;

/**
 * What a mirror may take of its disk.
 *
 * @param budgetBytes of its files; null for all that the disk has but the reserve
 * @param reserveBytes what is left free there; null for a twentieth of the disk, {@code mostReserveBytes} at most
 */
public record DiskLimits(Long budgetBytes, Long reserveBytes, long mostReserveBytes) {
    private static final int RESERVE_DIVISOR = 20;

    /** The mirror's files may grow so far. */
    long budget(long totalBytes) {
        return budgetBytes != null ? budgetBytes : totalBytes;
    }

    long reserve(long totalBytes) {
        return reserveBytes != null ? reserveBytes : Math.min(totalBytes / RESERVE_DIVISOR, mostReserveBytes);
    }
}
