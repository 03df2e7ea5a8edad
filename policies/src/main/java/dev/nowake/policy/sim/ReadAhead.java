package dev.nowake.policy.sim;

/**
 * The kernel's read-ahead of one reader in one file. Reading on where it stopped, the reader gets a window that grows from
 * small to the largest, and the next one is asked for when it comes to a marked block of this one; anywhere else it gets
 * what it asked for. Numbers are blocks.
 */
final class ReadAhead {
    private static final int NONE = -1;

    private final int largest;
    private int previous;
    private int window;
    private int windowEnd = NONE;
    private int marker = NONE;

    /** {@code before}: the block before the file's first, where every reader starts. */
    ReadAhead(int before, int largest) {
        this.previous = before;
        this.largest = largest;
    }

    /** How much to ask for at a block that is missing, of which the reader wants {@code needed} from there on. */
    int onMiss(int block, int needed) {
        if (block != previous + 1) {
            window = 0;
            marker = NONE;
            windowEnd = NONE;
            return Math.min(needed, largest);
        }
        window = window == 0 ? firstWindow(needed) : nextWindow();
        windowEnd = block + window;
        marker = window > needed ? block + needed : block;
        return window;
    }

    /** Whether the next window is due; then {@link #windowStart} to {@link #windowEnd} is to be asked for. */
    boolean onUse(int block) {
        previous = block;
        if (block != marker) {
            return false;
        }
        window = nextWindow();
        marker = windowEnd;
        windowEnd += window;
        return true;
    }

    int windowStart() {
        return windowEnd - window;
    }

    int windowEnd() {
        return windowEnd;
    }

    /** As get_init_ra_size of mm/readahead.c. */
    private int firstWindow(int needed) {
        if (needed <= largest / 32) {
            return needed * 4;
        }
        return needed <= largest / 4 ? needed * 2 : largest;
    }

    /** As get_next_ra_size. */
    private int nextWindow() {
        if (window < largest / 16) {
            return window * 4;
        }
        return window <= largest / 2 ? window * 2 : largest;
    }
}
