package dev.nowake.agent.execute;

import dev.nowake.kernel.ThreadPlacement;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/** One thread of a mount: takes chunks in turn, asks for each, and looks at the oldest when it has enough in flight. */
final class StreamLoop implements Runnable {
    /**
     * How long one wait for the budget may be. A release ends it at once; what a governor does without telling, such as
     * finding free memory, is seen this late. Half of it doubles the wake-ups of a stalled load, 20 a second.
     */
    private static final long BUDGET_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private record InFlight(Flight flight, Chunk chunk) {}

    private final MountPool pool;
    private final ThreadNode node;
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();

    StreamLoop(MountPool pool, ThreadPlacement placement) {
        this.pool = pool;
        this.node = new ThreadNode(placement);
    }

    @Override
    public void run() {
        try {
            while (true) {
                Flight flight = inFlight.size() < pool.depth() ? pool.next(inFlight.isEmpty()) : null;
                if (flight != null) {
                    beginOrStop(flight);
                } else if (!inFlight.isEmpty()) {
                    completeOldest();
                } else {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            try {
                inFlight.forEach(left -> left.flight().job().drop(left.chunk(), left.flight()));
            } finally {
                pool.threadEnded();
            }
        }
    }

    /** What breaks outside a chunk, such as the budget, would break at every try: the job ends, the thread goes on. */
    private void beginOrStop(Flight flight) throws InterruptedException {
        try {
            begin(flight);
        } catch (RuntimeException | Error broken) {
            Failure.report(broken);
            flight.job().stop();
        }
    }

    private void begin(Flight flight) throws InterruptedException {
        Job job = flight.job();
        switch (job.admit(flight)) {
            case NO_WORK -> {}
            case ADMITTED -> {
                Chunk chunk = job.take(flight);
                if (chunk != null && job.issue(chunk, flight, node)) {
                    inFlight.addLast(new InFlight(flight, chunk));
                }
            }
            case NO_ROOM -> {
                if (inFlight.isEmpty()) {
                    awaitRoom(job, flight.placement());
                } else {
                    pool.keepTurn(job);
                    completeOldest();
                }
            }
        }
    }

    private void awaitRoom(Job job, Placement placement) throws InterruptedException {
        pool.stall(job);
        try {
            job.awaitRoom(placement, BUDGET_WAIT_NANOS);
        } finally {
            pool.resume(job);
        }
    }

    private void completeOldest() {
        InFlight oldest = inFlight.removeFirst();
        node.use(oldest.chunk().work().placement()); // what did not land is read now
        oldest.flight().job().complete(oldest.chunk(), oldest.flight());
    }
}
