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

    private record InFlight(Job job, Chunk chunk) {}

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
                Job job = inFlight.size() < pool.depth() ? pool.next(inFlight.isEmpty()) : null;
                if (job != null) {
                    beginOrStop(job);
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
                inFlight.forEach(left -> left.job().drop(left.chunk()));
            } finally {
                pool.threadEnded();
            }
        }
    }

    /** What breaks outside a chunk, such as the budget, would break at every try: the job ends, the thread goes on. */
    private void beginOrStop(Job job) throws InterruptedException {
        try {
            begin(job);
        } catch (RuntimeException | Error broken) {
            Job.report(broken);
            job.stop();
        }
    }

    private void begin(Job job) throws InterruptedException {
        switch (job.admit()) {
            case NO_WORK -> {}
            case ADMITTED -> {
                Chunk chunk = job.take();
                if (chunk != null && job.issue(chunk, node)) {
                    inFlight.addLast(new InFlight(job, chunk));
                }
            }
            case NO_ROOM -> {
                if (inFlight.isEmpty()) {
                    awaitRoom(job);
                } else {
                    completeOldest();
                }
            }
        }
    }

    private void awaitRoom(Job job) throws InterruptedException {
        pool.stall(job);
        try {
            job.awaitRoom(BUDGET_WAIT_NANOS);
        } finally {
            pool.resume(job);
        }
    }

    private void completeOldest() {
        InFlight oldest = inFlight.removeFirst();
        node.use(oldest.chunk().work().placement()); // what did not land is read now
        oldest.job().complete(oldest.chunk());
    }
}
