package dev.nowake.agent.execute;

/**
 * How many bytes one mount shall have in flight, learned from what it returns. Time is passed in; not thread-safe.
 *
 * <p>Rounds at one window are measured: what came back, in what time. Now and then a round is tried with a third less, or
 * with a step more. When less returned as much, and the larger window, asked once more, did not do better, half of the
 * difference is given up: those requests only stood in a queue. More is kept when it returned more. While a window is full,
 * rate times latency is the window (Little's law), so "less returned as much" says the same as "latency fell in
 * proportion"; but a rate does not need to know the latency of the idle mount, which nobody sees who begins with a full
 * window, and we do: with what was measured good for the filesystem.
 */
final class InFlightLaw {
    /**
     * A round lasts this long and one window at least. In 150 ms a mount of 1 GB/s returns 150 chunks of 1 MiB, of which
     * single late ones do not decide; ten times as long, a load would be over before anything is learned.
     */
    private static final long ROUND_NANOS = 150_000_000L;

    /**
     * What a smaller window may lose. Steps follow each other, and where a mount saturates softly (rate W / (W + h)) each
     * loses a little: with 2 % the last one ends at 0.95 of the most, with 5 % at 0.88; with none, noise refuses half of them.
     */
    private static final double ENOUGH = 0.98;

    /**
     * Less: so much is tried, and when it is enough, so much is kept. The rest is slack for moments in which the host has
     * no time for us: kept as it was tried (at three quarters), a busy host of two CPUs lost a tenth. 64 chunks with a knee
     * at 16 become 24 or less in six steps. Half would cost half a round where everything is needed.
     */
    private static final double LESS_TRIED = 2.0 / 3;

    private static final double LESS_KEPT = 5.0 / 6;

    /** Where that is not enough, what would be kept is tried the next time: a server with a sharp peak returns more for it. */
    private static final double BETTER = 1.03;

    /**
     * More: a sixteenth of the most, and a quarter of what there is at most; 64 chunks after two in some four seconds.
     */
    private static final int STEPS = 16;

    private static final int GROWTH = 4;

    /**
     * The part of its own growth that a larger window must return. Where the knee lies inside a step, the last step is
     * refused when less than a third of it was of use, and what is lost is 8 % at most; at half it is 12.
     */
    private static final double WORTH = 1.0 / 3;

    /** Rounds between trials: few at first and after a change, then fewer and fewer trials, which cost a third of a round. */
    private static final int FIRST_PATIENCE = 4;

    private static final int MOST_PATIENCE = 32;

    /** A rate that changed by so much is another mount, or others are at it: what was learned is asked anew, soon. */
    private static final double CHANGE = 1.5;

    /** Of a round's bytes, those that came back while more was wanted; with fewer, demand was measured, not the mount. */
    private static final double WANTED = 0.75;

    /** The weight of the newest chunk in the latency shown. */
    private static final double NEWEST = 1.0 / 16;

    private enum Trial {
        NONE,
        LESS,
        /** The settled window once more, after less returned as much: a host that stalls makes all windows alike. */
        COMPARE,
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
    private boolean shallow;
    private double lessRate;
    private double latencyNanos;

    private boolean measuring;
    private boolean counting;
    private long roundNanos;
    private long countNanos;
    private double countedBytes;
    private double wantedBytes;

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

    /** A chunk came back. {@code wanted}: others wait for their turn. Times are of one clock that never goes back. */
    void returned(long bytes, long begunNanos, long nowNanos, boolean wanted) {
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
        if (wanted) {
            wantedBytes += bytes;
        }
        long lasted = nowNanos - countNanos;
        if (lasted >= ROUND_NANOS && countedBytes >= windowBytes) {
            boolean telling = wantedBytes >= WANTED * countedBytes;
            double rate = countedBytes / lasted;
            newRound();
            if (telling) {
                judge(rate);
            }
        }
    }

    /** Something else held the chunks back: the round under way says nothing, the next chunk begins another. */
    void heldBack() {
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
        wantedBytes = 0;
    }

    private void judge(double rate) {
        switch (trial) {
            case NONE -> settled(rate);
            case LESS -> judgeLess(rate);
            case COMPARE -> {
                if (isEnough(lessRate, rate)) {
                    keep(less(LESS_KEPT), lessRate, Trial.LESS);
                } else {
                    settledRate = rate;
                    refuseLess();
                }
            }
            case MORE -> {
                double growth = (double) windowBytes / settledBytes - 1;
                if (rate >= settledRate * (1 + WORTH * growth)) {
                    keep(windowBytes, rate, Trial.MORE);
                } else {
                    refuse(Trial.LESS);
                }
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

    private void judgeLess(double rate) {
        if (!isEnough(rate, settledRate)) {
            refuseLess();
            return;
        }
        lessRate = rate;
        trial = Trial.COMPARE;
        windowBytes = settledBytes;
    }

    private boolean isEnough(double less, double settled) {
        return less >= (shallow ? BETTER : ENOUGH) * settled;
    }

    private void refuseLess() {
        shallow = !shallow;
        refuse(Trial.MORE);
    }

    private void keep(long bytes, double rate, Trial again) {
        settledBytes = bytes;
        settledRate = rate;
        patience = FIRST_PATIENCE;
        begin(again);
    }

    private void refuse(Trial next) {
        patience = Math.min(2 * patience, MOST_PATIENCE);
        settle(next);
    }

    private void settle(Trial afterwards) {
        windowBytes = settledBytes;
        trial = Trial.NONE;
        next = afterwards;
        rounds = 0;
    }

    private void begin(Trial wanted) {
        double step = Math.min((double) mostBytes / STEPS, (double) settledBytes / GROWTH);
        long more = Math.min(mostBytes, settledBytes + Math.max(chunkBytes, chunks(step)));
        long tried = wanted == Trial.LESS ? less(shallow ? LESS_KEPT : LESS_TRIED) : more;
        if (tried == settledBytes) {
            settle(wanted == Trial.LESS ? Trial.MORE : Trial.LESS);
            return;
        }
        trial = wanted;
        windowBytes = tried;
    }

    private long less(double part) {
        return Math.max(leastBytes, Math.min(chunks(part * settledBytes), settledBytes - chunkBytes));
    }

    private long chunks(double bytes) {
        return (long) (bytes / chunkBytes) * chunkBytes;
    }
}
