package dev.nowake.agent.mirror.store;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One file on a disk that keeps, when the power goes, what was forced to it, and of the rest what it pleases. A byte is here
 * only there or not there: 1 is right, 0 what a hole reads as.
 */
final class PowerlessDisk implements TwinDisk {
    private final Random random;
    private final int sizeBytes;
    /** What a reader sees. */
    private byte[] seen;
    /** What the disk certainly has. */
    private byte[] kept;

    private byte[] seenRecord;
    private byte[] keptRecord;
    private int stepsUntilFailure = Integer.MAX_VALUE;

    /** Told before each step of the work, where others may come in between. */
    Runnable between = () -> {};

    PowerlessDisk(int sizeBytes, Random random) {
        this.sizeBytes = sizeBytes;
        this.seen = new byte[sizeBytes];
        this.kept = new byte[sizeBytes];
        this.random = random;
    }

    /** What the filler does before it tells the twin. */
    void write(ByteRange range) {
        for (long at = range.start(); at < range.end(); at++) {
            seen[(int) at] = 1;
        }
    }

    /** The step after so many fails, and with it the work. */
    void failAfter(int steps) {
        stepsUntilFailure = steps;
    }

    /** Unforced bytes are old or new, each for itself; so is the record, as a whole. Returns it. */
    byte[] losePower() {
        for (int at = 0; at < sizeBytes; at++) {
            seen[at] = random.nextBoolean() ? seen[at] : kept[at];
        }
        seenRecord = random.nextBoolean() ? seenRecord : keptRecord;
        kept = seen.clone();
        keptRecord = seenRecord;
        stepsUntilFailure = Integer.MAX_VALUE;
        return seenRecord;
    }

    byte[] record() {
        return seenRecord;
    }

    RangeSet right() {
        List<ByteRange> ranges = new ArrayList<>();
        for (int at = 0; at < sizeBytes; at++) {
            if (seen[at] == 1) {
                ranges.add(ByteRange.ofLength(at, 1));
            }
        }
        return RangeSet.ofAll(ranges);
    }

    private void step() throws IOException {
        between.run();
        if (stepsUntilFailure-- <= 0) {
            throw new IOException("the disk has no power");
        }
    }

    @Override
    public Work open() throws IOException {
        step();
        return new Work() {
            @Override
            public long sizeBytes() {
                return sizeBytes;
            }

            @Override
            public void syncData() throws IOException {
                byte[] under = seen.clone();
                step();
                kept = under;
            }

            @Override
            public void record(byte[] record) throws IOException {
                step();
                seenRecord = record;
            }

            @Override
            public void sync() throws IOException {
                byte[] under = seen.clone();
                byte[] recordUnder = seenRecord;
                step();
                kept = under;
                keptRecord = recordUnder;
            }

            @Override
            public void empty(long size) throws IOException {
                step();
                seen = new byte[sizeBytes];
            }

            @Override
            public long time(long mtimeNanos) throws IOException {
                step();
                return mtimeNanos;
            }

            @Override
            public void close() {}
        };
    }
}
