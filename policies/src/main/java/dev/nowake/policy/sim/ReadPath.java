package dev.nowake.policy.sim;

/** What the kernel does for a reader: finds bytes in the cache, reads what is missing, and some more ahead of it. */
final class ReadPath {
    private final SimulatedCache cache;
    private final SimulatedStorage storage;
    private final int largestWindow;

    ReadPath(SimulatedCache cache, SimulatedStorage storage, long readAheadBytes) {
        this.cache = cache;
        this.storage = storage;
        this.largestWindow = (int) (readAheadBytes / SimulatedCache.BLOCK_BYTES);
    }

    SimulatedCache cache() {
        return cache;
    }

    ReadAhead newWindow(int file) {
        return new ReadAhead(cache.firstBlock(file) - 1, largestWindow);
    }

    /** Asks for a missing block, and for as much behind it as read-ahead says. */
    void fetch(int file, int block, int endBlock, ReadAhead window) {
        int count = window.onMiss(block, endBlock - block);
        read(file, block, Math.min(block + count, cache.endBlock(file)), block);
    }

    /** A reader uses a resident block, and may thereby set off the next window. */
    void use(int file, int block, ReadAhead window) {
        cache.touch(block);
        if (window.onUse(block)) {
            int end = Math.min(window.windowEnd(), cache.endBlock(file));
            for (int next = window.windowStart(); next < end; next++) {
                int run = cache.absentRun(next, end);
                if (run > 0) {
                    read(file, next, next + run, Integer.MAX_VALUE);
                    next += run;
                }
            }
        }
    }

    void hurry(int block) {
        storage.hurry(block);
    }

    /** Reclaims for the whole window; where that does not give enough, only {@code needed} is read, whatever it takes. */
    private void read(int file, int from, int end, int needed) {
        int count = cache.absentRun(from, end);
        cache.makeRoom((long) count * SimulatedCache.BLOCK_BYTES);
        int fitting = (int) Math.min(count, Math.max(0, cache.freeBytes()) / SimulatedCache.BLOCK_BYTES);
        if (fitting == 0 && from == needed) {
            fitting = 1;
        }
        if (fitting > 0) {
            long bytes = 0;
            for (int block = from; block < from + fitting; block++) {
                bytes += cache.bytesOf(file, block);
                cache.fetch(file, block, false);
            }
            storage.submit(new SimulatedStorage.Request(file, from, from + fitting, bytes, false));
        }
    }
}
