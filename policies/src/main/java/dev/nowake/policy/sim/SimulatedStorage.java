package dev.nowake.policy.sim;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * Serves requests: each waits for one of a bounded number of places, then for the latency, then for the wire, which carries
 * one request after the other. What a reader waits for goes before what is prefetched, at each of these places.
 */
final class SimulatedStorage {
    /** Neighbouring blocks of one file that are asked for together. */
    static final class Request {
        final int file;
        final int first;
        final int end;
        final long bytes;
        final boolean prefetch;
        private boolean urgent;

        /** {@code end}: one past the last block. {@code prefetch}: nobody waits for it yet. */
        Request(int file, int first, int end, long bytes, boolean prefetch) {
            this.file = file;
            this.first = first;
            this.end = end;
            this.bytes = bytes;
            this.prefetch = prefetch;
            this.urgent = !prefetch;
        }

        boolean holds(int block) {
            return block >= first && block < end;
        }
    }

    private final StorageSpec spec;
    private final Timeline timeline;
    private final Consumer<Request> arrived;
    private final ArrayDeque<Request> outside = new ArrayDeque<>();
    private final ArrayDeque<Request> travelling = new ArrayDeque<>();
    private final ArrayDeque<Request> urgentReady = new ArrayDeque<>();
    private final ArrayDeque<Request> calmReady = new ArrayDeque<>();
    private int inside;
    private boolean wireBusy;

    SimulatedStorage(StorageSpec spec, Timeline timeline, Consumer<Request> arrived) {
        this.spec = spec;
        this.timeline = timeline;
        this.arrived = arrived;
    }

    /** One place stays free for readers where there is more than one. */
    boolean takesPrefetch() {
        return outside.isEmpty() && inside < Math.max(1, spec.requests() - 1);
    }

    boolean isIdle() {
        return inside == 0 && outside.isEmpty();
    }

    void submit(Request request) {
        if (inside < spec.requests()) {
            enter(request);
        } else {
            outside.add(request);
        }
    }

    /** A reader has come to a block that is on its way: it goes before what nobody waits for. */
    void hurry(int block) {
        for (Request request : travelling) {
            if (request.holds(block)) {
                request.urgent = true;
                return;
            }
        }
        for (Iterator<Request> ready = calmReady.iterator(); ready.hasNext(); ) {
            Request request = ready.next();
            if (request.holds(block)) {
                ready.remove();
                urgentReady.add(request);
                return;
            }
        }
    }

    private void enter(Request request) {
        inside++;
        travelling.add(request);
        timeline.after(spec.latencyNanos(), () -> {
            travelling.remove(request);
            (request.urgent ? urgentReady : calmReady).add(request);
            carry();
        });
    }

    private void carry() {
        Request next = urgentReady.isEmpty() ? calmReady.peek() : urgentReady.peek();
        if (wireBusy || next == null) {
            return;
        }
        (urgentReady.isEmpty() ? calmReady : urgentReady).remove();
        wireBusy = true;
        timeline.after(spec.transferNanos(next.bytes), () -> {
            wireBusy = false;
            inside--;
            if (!outside.isEmpty()) {
                enter(outside.remove());
            }
            carry();
            arrived.accept(next);
        });
    }
}
