package dev.nowake.agent.mirror.fill;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;

/** One reader that waits. Guarded by the filler's lock, except for its future. */
final class Waiter implements Wanted {
    private final FileFill file;
    private final ByteRange range;
    private final long sinceNanos;
    private final CompletableFuture<Void> future;
    private final int first;
    private final BitSet awaited;
    private final int rounds;
    private int left;
    private Fault fault;

    /** @param rounds how often all it waited for had come, and then something of it was missing again */
    Waiter(
            FileFill file,
            ByteRange range,
            RangeSet missing,
            long nowNanos,
            CompletableFuture<Void> future,
            int rounds) {
        this.file = file;
        this.range = range;
        this.sinceNanos = nowNanos;
        this.future = future;
        this.rounds = rounds;
        BitSet pieces = file.piecesOf(missing);
        this.first = pieces.nextSetBit(0);
        this.awaited = pieces.get(first, pieces.length());
        this.left = awaited.cardinality();
    }

    FileFill file() {
        return file;
    }

    ByteRange range() {
        return range;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    CompletableFuture<Void> future() {
        return future;
    }

    int rounds() {
        return rounds;
    }

    boolean awaits(int piece) {
        return piece >= first && awaited.get(piece - first);
    }

    @Override
    public int next(int from) {
        for (int at = awaited.nextSetBit(Math.max(0, from - first)); at >= 0; at = awaited.nextSetBit(at + 1)) {
            if (!file.isBusy(first + at)) {
                return first + at;
            }
        }
        return -1;
    }

    /** A piece has come. Whether it was the last one. */
    boolean comes(int piece) {
        if (!awaits(piece)) {
            return false;
        }
        awaited.clear(piece - first);
        return --left == 0;
    }

    void fails(Fault why) {
        fault = why;
    }

    /** Null where all has come. */
    Fault fault() {
        return fault;
    }
}
