package dev.nowake.policy.sim;

import dev.nowake.policy.sim.Recording.RecordedFile;
import java.util.Arrays;
import java.util.List;

/**
 * Page cache in blocks of 128 KiB, numbered through all files. Full, it drops the block nobody has come to for longest; real
 * kernels keep two lists and look at working sets, which a load that reads everything once does not notice. A block on its
 * way counts as memory taken and cannot be dropped, as in the kernel.
 */
final class SimulatedCache {
    /** The kernel's smallest common read-ahead: what one miss brings. */
    static final int BLOCK_BYTES = 128 << 10;

    private static final byte IN_FLIGHT = 1;
    private static final byte RESIDENT = 2;
    private static final byte PREFETCHED_UNUSED = 4;
    private static final byte WAS_HERE = 8;
    private static final byte STATE = IN_FLIGHT | RESIDENT;
    private static final int NONE = -1;

    private final long capacityBytes;
    private final long[] sizes;
    private final int[] first;
    private final byte[] flags;
    private final int[] older;
    private final int[] newer;
    private final long[] residentByFile;
    private int oldest = NONE;
    private int newest = NONE;

    private long residentBytes;
    private long inFlightBytes;
    private long peakBytes;
    private long storageBytes;
    private long prefetchedBytes;
    private long neverUsedBytes;
    private long readAgainBytes;
    private long evictedBytes;
    private long reclaimedBytes;

    SimulatedCache(List<RecordedFile> files, long capacityBytes) {
        this.capacityBytes = capacityBytes;
        sizes = files.stream().mapToLong(RecordedFile::sizeBytes).toArray();
        first = new int[sizes.length + 1];
        for (int i = 0; i < sizes.length; i++) {
            first[i + 1] = first[i] + Math.toIntExact((sizes[i] + BLOCK_BYTES - 1) / BLOCK_BYTES);
        }
        int blocks = first[sizes.length];
        flags = new byte[blocks];
        older = new int[blocks];
        newer = new int[blocks];
        residentByFile = new long[sizes.length];
    }

    /** The block that holds a file's byte. */
    int block(int file, long offsetBytes) {
        return first[file] + (int) (offsetBytes / BLOCK_BYTES);
    }

    int firstBlock(int file) {
        return first[file];
    }

    /** One past the file's last. */
    int endBlock(int file) {
        return first[file + 1];
    }

    int blocks() {
        return flags.length;
    }

    int fileOf(int block) {
        int at = Arrays.binarySearch(first, block);
        if (at < 0) {
            return -at - 2;
        }
        return at;
    }

    /** Where the block begins in its file. */
    long offsetOf(int file, int block) {
        return (long) (block - first[file]) * BLOCK_BYTES;
    }

    /** A file's last block may be short. */
    long bytesOf(int file, int block) {
        return Math.min(BLOCK_BYTES, sizes[file] - offsetOf(file, block));
    }

    boolean isResident(int block) {
        return (flags[block] & RESIDENT) != 0;
    }

    boolean isAbsent(int block) {
        return (flags[block] & STATE) == 0;
    }

    /** It was resident before and has been dropped. */
    boolean wasHere(int block) {
        return (flags[block] & WAS_HERE) != 0;
    }

    /** Blocks from {@code from} on that are neither here nor on their way, at most up to {@code end}. */
    int absentRun(int from, int end) {
        int block = from;
        while (block < end && isAbsent(block)) {
            block++;
        }
        return block - from;
    }

    /** Drops the least recently used until so many bytes are free, or nothing is left to drop. */
    void makeRoom(long bytes) {
        while (freeBytes() < bytes && oldest != NONE) {
            int block = oldest;
            reclaimedBytes += bytesOf(fileOf(block), block);
            drop(block);
        }
    }

    /** Takes memory for a block that is being asked for. */
    void fetch(int file, int block, boolean prefetch) {
        long bytes = bytesOf(file, block);
        if ((flags[block] & WAS_HERE) != 0) {
            readAgainBytes += bytes;
        }
        flags[block] = (byte) (IN_FLIGHT | (prefetch ? PREFETCHED_UNUSED : 0));
        inFlightBytes += bytes;
        storageBytes += bytes;
        prefetchedBytes += prefetch ? bytes : 0;
        peakBytes = Math.max(peakBytes, residentBytes + inFlightBytes);
    }

    void arrive(int file, int block) {
        long bytes = bytesOf(file, block);
        flags[block] = (byte) (flags[block] & PREFETCHED_UNUSED | RESIDENT | WAS_HERE);
        inFlightBytes -= bytes;
        residentBytes += bytes;
        residentByFile[file] += bytes;
        append(block);
    }

    /** A reader comes to a resident block. */
    void touch(int block) {
        flags[block] &= ~PREFETCHED_UNUSED;
        if (block != newest) {
            unlink(block);
            append(block);
        }
    }

    /** Drops a block because the policy said so; one that is not resident stays what it is. */
    boolean evict(int file, int block) {
        if (!isResident(block)) {
            return false;
        }
        evictedBytes += bytesOf(file, block);
        drop(block);
        return true;
    }

    private void drop(int block) {
        int file = fileOf(block);
        long bytes = bytesOf(file, block);
        if ((flags[block] & PREFETCHED_UNUSED) != 0) {
            neverUsedBytes += bytes;
        }
        flags[block] = WAS_HERE;
        residentBytes -= bytes;
        residentByFile[file] -= bytes;
        unlink(block);
    }

    private void append(int block) {
        older[block] = newest;
        newer[block] = NONE;
        if (newest == NONE) {
            oldest = block;
        } else {
            newer[newest] = block;
        }
        newest = block;
    }

    private void unlink(int block) {
        if (older[block] == NONE) {
            oldest = newer[block];
        } else {
            newer[older[block]] = newer[block];
        }
        if (newer[block] == NONE) {
            newest = older[block];
        } else {
            older[newer[block]] = older[block];
        }
    }

    long capacityBytes() {
        return capacityBytes;
    }

    long freeBytes() {
        return capacityBytes - residentBytes - inFlightBytes;
    }

    long residentBytes() {
        return residentBytes;
    }

    long residentBytes(int file) {
        return residentByFile[file];
    }

    long inFlightBytes() {
        return inFlightBytes;
    }

    long peakBytes() {
        return peakBytes;
    }

    long storageBytes() {
        return storageBytes;
    }

    long prefetchedBytes() {
        return prefetchedBytes;
    }

    long readAgainBytes() {
        return readAgainBytes;
    }

    long evictedBytes() {
        return evictedBytes;
    }

    long reclaimedBytes() {
        return reclaimedBytes;
    }

    /** Prefetched and dropped unread, or still here and unread. */
    long neverUsedBytes() {
        long bytes = neverUsedBytes;
        for (int file = 0; file < sizes.length; file++) {
            for (int block = first[file]; block < first[file + 1]; block++) {
                if ((flags[block] & PREFETCHED_UNUSED) != 0) {
                    bytes += bytesOf(file, block);
                }
            }
        }
        return bytes;
    }
}
