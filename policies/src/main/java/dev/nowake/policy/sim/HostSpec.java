package dev.nowake.policy.sim;

/**
 * A host to simulate.
 *
 * @param memoryBytes all of its memory
 * @param readAheadBytes the kernel's largest read-ahead window, {@code read_ahead_kb} of the disk
 */
public record HostSpec(long memoryBytes, StorageSpec storage, long readAheadBytes) {
    /** What Linux takes for disks, FUSE and NFS where nobody has tuned it. */
    public static final long DEFAULT_READ_AHEAD_BYTES = 128L << 10;

    private static final long MIB = 1L << 20;

    /** Below this not even the windows of a few readers fit. */
    private static final long MIN_MEMORY_BYTES = 64 * MIB;

    private static final long MAX_READ_AHEAD_BYTES = 8 * MIB;

    /** What kernel and processes take: a sixteenth, at most 2 GiB. */
    private static final long RESERVE_DIVISOR = 16;

    private static final long MAX_RESERVE_BYTES = 2048 * MIB;

    /** The daemon's margin, smaller on small hosts: what stays free above the watermarks. */
    private static final long MAX_MARGIN_BYTES = 256 * MIB;

    public HostSpec {
        if (memoryBytes < MIN_MEMORY_BYTES || memoryBytes > 1L << 50) {
            throw new IllegalArgumentException("a simulated host has 64MiB to 1024TiB of memory");
        }
        if (readAheadBytes < SimulatedCache.BLOCK_BYTES || readAheadBytes > MAX_READ_AHEAD_BYTES) {
            throw new IllegalArgumentException("read-ahead is 128KiB to 8MiB");
        }
    }

    public HostSpec(long memoryBytes, StorageSpec storage) {
        this(memoryBytes, storage, DEFAULT_READ_AHEAD_BYTES);
    }

    /** What page cache may take. */
    long cacheBytes() {
        return memoryBytes - Math.min(MAX_RESERVE_BYTES, memoryBytes / RESERVE_DIVISOR);
    }

    /** What prefetch leaves free. */
    long marginBytes() {
        return Math.min(MAX_MARGIN_BYTES, cacheBytes() / RESERVE_DIVISOR);
    }
}
