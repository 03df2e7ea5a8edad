package dev.nowake.policy.sim;

import dev.nowake.policy.trace.Access;
import java.util.HashMap;
import java.util.Map;

/** One process of the recording: comes to its ranges in order, waits for what is missing, computes in between. */
final class SimulatedReader {
    /** What a reader tells the simulation. */
    interface Listener {
        void opened(int file);

        /** The reader came to a block that is neither here nor on its way and wants {@code [start, end)} of the file. */
        void missed(int file, long start, long end);

        void used(int file, int block, long offsetBytes, long lengthBytes);

        /** The reader will not come to this file again. */
        void closed(int file);

        void finished();
    }

    private static final int NONE = -1;

    private final Recording recording;
    private final int[] own;
    private final ThinkTimes thinks;
    private final Map<Integer, Integer> lastUse = new HashMap<>();
    private final Map<Integer, ReadAhead> windows = new HashMap<>();
    private final ReadPath path;
    private final Timeline timeline;
    private final Listener listener;

    private int at;
    private int block = NONE;
    private int endBlock;
    private int waitingFor = NONE;
    private boolean waited;
    private boolean again;
    private long waitingSinceNanos;
    private long stallNanos;
    private long refaultNanos;
    private long readBytes;
    private long hitBytes;

    /** {@code own}: which of the recording's accesses are its, in order. */
    SimulatedReader(
            Recording recording, int[] own, ThinkTimes thinks, ReadPath path, Timeline timeline, Listener listener) {
        this.recording = recording;
        this.own = own;
        this.thinks = thinks;
        this.path = path;
        this.timeline = timeline;
        this.listener = listener;
        for (int i = 0; i < own.length; i++) {
            lastUse.put(recording.accesses().get(own[i]).file(), i);
        }
    }

    void start() {
        timeline.after(thinks.before(own[0]), this::run);
    }

    private void run() {
        while (at < own.length) {
            Access access = recording.accesses().get(own[at]);
            if (block == NONE) {
                begin(access);
            }
            while (block < endBlock) {
                if (!path.cache().isResident(block)) {
                    waitForIt(access);
                    return;
                }
                use(access);
            }
            if (end(access)) {
                return;
            }
        }
        listener.finished();
    }

    private void begin(Access access) {
        int file = access.file();
        if (!windows.containsKey(file)) {
            windows.put(file, path.newWindow(file));
            listener.opened(file);
        }
        block = path.cache().block(file, access.offsetBytes());
        endBlock = path.cache().block(file, access.offsetBytes() + access.lengthBytes() - 1) + 1;
    }

    private void waitForIt(Access access) {
        int file = access.file();
        boolean absent = path.cache().isAbsent(block);
        waitingFor = block;
        waitingSinceNanos = timeline.nowNanos();
        again = absent && path.cache().wasHere(block);
        if (absent) {
            path.fetch(file, block, endBlock, windows.get(file));
            long start = Math.max(access.offsetBytes(), path.cache().offsetOf(file, block));
            listener.missed(file, start, access.offsetBytes() + access.lengthBytes());
        } else {
            path.hurry(block);
        }
    }

    private void use(Access access) {
        int file = access.file();
        long offset = path.cache().offsetOf(file, block);
        long start = Math.max(access.offsetBytes(), offset);
        long end = Math.min(
                access.offsetBytes() + access.lengthBytes(),
                offset + path.cache().bytesOf(file, block));
        readBytes += end - start;
        hitBytes += waited ? 0 : end - start;
        waited = false;
        path.use(file, block, windows.get(file));
        listener.used(file, block, start, end - start);
        block++;
    }

    /** True when the reader computes now and comes back by itself. */
    private boolean end(Access access) {
        block = NONE;
        int done = at++;
        if (lastUse.get(access.file()) == done) {
            listener.closed(access.file());
        }
        long think = at < own.length ? thinks.between(own[done], own[at]) : 0;
        if (think > 0) {
            timeline.after(think, this::run);
        }
        return think > 0;
    }

    /** Bytes have arrived: goes on if they are those it waits for. */
    void arrived(SimulatedStorage.Request request) {
        if (waitingFor == NONE || !request.holds(waitingFor)) {
            return;
        }
        waitingFor = NONE;
        waited = true;
        long nanos = timeline.nowNanos() - waitingSinceNanos;
        stallNanos += nanos;
        refaultNanos += again ? nanos : 0;
        run();
    }

    long stallNanos() {
        return stallNanos;
    }

    /** Of these, waiting for what had been resident before. */
    long refaultNanos() {
        return refaultNanos;
    }

    long readBytes() {
        return readBytes;
    }

    long hitBytes() {
        return hitBytes;
    }
}
