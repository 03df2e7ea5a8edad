package dev.nowake.agent.execute;

/**
 * How many bytes one mount shall have in flight, learned from what it returns. Time is passed in; not thread-safe.
 *
 * <p>Rounds at one window are measured: what came back, in what time. Now and then a round is tried with less, or with
 * more. Less is kept when it returned as much: the requests beyond it only stood in a queue, of which nobody else gets a
 * turn. More is kept when it returned more. While a window is full, rate times latency is the window (Little's law), so
 * "less returned as much" says the same as "latency fell in proportion"; a rate does not need to know the latency of the
 * idle mount, which nobody sees who begins with a full window, and with what was measured good for the filesystem we do.
 */
final class InFlightLaw {
    /**
     * A round lasts this long and one window at least. In 100 ms a mount of 1 GB/s returns 100 chunks of 1 MiB, of which
     * single late ones do not decide; ten times as long, a load would be over before anything is learned.
     */
    private static final long ROUND_NANOS = 100_000_000L;

    /**
     * What a smaller window may lose. Steps follow each other, and where a mount saturates softly (rate W / (W + h)) each
     * loses a little: with 2 % the last one ends at 0.93 of the most, with 5 % at 0.83; with none, noise refuses half of them.
     */
    private static final double ENOUGH = 0.98;

    /** Less: 64 chunks are 19 after four steps. Halves would miss a knee by half of the rate for a round. */
    private static final double LESS = 0.75;

    /** More: this part of the most; from the least to the most in some two seconds. */
    private static final int STEPS = 16;

    /**
     * The part of its own growth that a larger window must return. Where the knee lies inside a step, the last step is
     * refused when less than a third of it was of use, and what is lost is below 7 %; at half it is 10.
     */
    private static final double WORTH = 1.0 / 3;

    /** Rounds between trials: few at first and after a change, then fewer and fewer trials, which cost a quarter of a round. */
    private static final int FIRST_PATIENCE = 4;

    private static final int MOST_PATIENCE = 32;

    /** A rate that changed by so much is another mount, or others are at it: what was learned is asked anew, soon. */
    private static final double CHANGE = 1.5;

    /** Of a round's bytes, those that came back to a window at least this full; else demand was measured, not the mount. */
    private static final double FULL = 0.75;

    /** The weight of the newest chunk in the latency shown. */
    private static final double NEWEST = 1.0 / 16;

    private enum Trial {
        NONE,
        LESS,
        MORE
    }

    private final long chunkBytes;
    private final long leastBytes;
    private final long mostBytes;

    private long settledBytes;
    private long windowBytes;
    private Trial trial = Trial.NONE;
    private Trial next = Trial.LESS;
    private int rounds;
    private int patience = FIRST_PATIENCE;
    private double settledRate;
    private double latencyNanos;

    private boolean measuring;
    private boolean counting;
    private long roundNanos;
    private long countNanos;
    private double countedBytes;
    private double fullBytes;

    /** Begins with {@code mostBytes}; never less than two chunks, or the most where that is less. */
    InFlightLaw(long chunkBytes, long mostBytes) {
        if (chunkBytes < 1 || mostBytes < chunkBytes) {
            throw new IllegalArgumentException("at most " + mostBytes + " bytes in chunks of " + chunkBytes);
        }
        this.chunkBytes = chunkBytes;
        this.mostBytes = mostBytes;
        this.leastBytes = Math.min(2 * chunkBytes, mostBytes);
        this.settledBytes = mostBytes;
        this.windowBytes = mostBytes;
    }

    long windowBytes() {
        return windowBytes;
    }

    long leastBytes() {
        return leastBytes;
    }

    long mostBytes() {
        return mostBytes;
    }

    /** Of a chunk, from before its first call until it was seen to be there; 0 before the first. Newer ones count more. */
    long latencyNanos() {
        return (long) latencyNanos;
    }

    /** A chunk came back. {@code inFlightBytes} with its own. Times are of one clock that never goes back. */
    void returned(long bytes, long begunNanos, long nowNanos, long inFlightBytes) {
        double took = Math.max(0, nowNanos - begunNanos);
        latencyNanos = latencyNanos == 0 ? took : latencyNanos + NEWEST * (took - latencyNanos);
        if (!measuring) {
            measuring = true;
            roundNanos = nowNanos;
        }
        if (!counting) {
            // what was begun before belongs to the window before
            counting = begunNanos - roundNanos >= 0;
            countNanos = nowNanos;
            return;
        }
        countedBytes += bytes;
        if (inFlightBytes >= FULL * windowBytes) {
            fullBytes += bytes;
        }
        long lasted = nowNanos - countNanos;
        if (lasted >= ROUND_NANOS && countedBytes >= windowBytes) {
            boolean full = fullBytes >= FULL * countedBytes;
            double rate = countedBytes / lasted;
            newRound();
            if (full) {
                judge(rate);
            }
        }
    }

    /** Nothing is in flight: the round under way says nothing, the next chunk begins another. */
    void idle() {
        newRound();
    }

    /** A mount that stood still returns again: the least, and more by and by. */
    void beginSmall() {
        settledBytes = leastBytes;
        windowBytes = leastBytes;
        settledRate = 0;
        settle(Trial.MORE);
        patience = FIRST_PATIENCE;
        rounds = FIRST_PATIENCE;
        newRound();
    }

    private void newRound() {
        measuring = false;
        counting = false;
        countedBytes = 0;
        fullBytes = 0;
    }

    private void judge(double rate) {
        switch (trial) {
            case NONE -> settled(rate);
            case LESS -> decide(rate >= ENOUGH * settledRate, rate, Trial.MORE);
            case MORE -> {
                double growth = (double) windowBytes / settledBytes - 1;
                decide(rate >= settledRate * (1 + WORTH * growth), rate, Trial.LESS);
            }
        }
    }

    private void settled(double rate) {
        rounds++;
        if (settledRate == 0) {
            settledRate = rate;
        } else if (rate > CHANGE * settledRate || rate * CHANGE < settledRate) {
            next = rate > settledRate ? Trial.MORE : Trial.LESS;
            patience = FIRST_PATIENCE;
            settledRate = rate;
        } else {
            settledRate = (settledRate + rate) / 2;
        }
        if (rounds >= patience) {
            begin(next);
        }
    }

    private void decide(boolean kept, double rate, Trial afterwards) {
        if (kept) {
            settledBytes = windowBytes;
            settledRate = rate;
            patience = FIRST_PATIENCE;
            begin(trial);
        } else {
            patience = Math.min(2 * patience, MOST_PATIENCE);
            settle(afterwards);
        }
    }

    private void settle(Trial afterwards) {
        windowBytes = settledBytes;
        trial = Trial.NONE;
        next = afterwards;
        rounds = 0;
    }

    private void begin(Trial wanted) {
        long less = Math.max(leastBytes, Math.min(chunks(LESS * settledBytes), settledBytes - chunkBytes));
        long more = Math.min(mostBytes, settledBytes + Math.max(chunkBytes, chunks((double) mostBytes / STEPS)));
        long tried = wanted == Trial.LESS ? less : more;
        if (tried == settledBytes) {
            settle(wanted == Trial.LESS ? Trial.MORE : Trial.LESS);
            return;
        }
        trial = wanted;
        windowBytes = tried;
    }

    private long chunks(double bytes) {
        return (long) (bytes / chunkBytes) * chunkBytes;
    }
}
