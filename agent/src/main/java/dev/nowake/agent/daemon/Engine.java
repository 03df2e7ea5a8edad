package dev.nowake.agent.daemon;

import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The thread that owns every load: runs what it is handed, in order, and what it was asked to do later. Nothing on it may
 * wait. In production {@link #run} loops; tests step {@link #doWork} by hand.
 */
public final class Engine implements Runnable {
    private record Later(long dueNanos, long order, Runnable task) implements Comparable<Later> {
        @Override
        public int compareTo(Later other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final PriorityQueue<Later> agenda = new PriorityQueue<>();
    private final Consumer<Throwable> failed;
    private long order;
    private volatile boolean stopped;

    /** {@code failed} is told of anything a task throws; the engine goes on. */
    public Engine(Consumer<Throwable> failed) {
        this.failed = failed;
    }

    /** Hands a task over. Any thread. */
    public void submit(Runnable task) {
        inbox.add(task);
    }

    /** Runs a task at a monotonic time. The engine's own thread only. */
    public void at(long dueNanos, Runnable task) {
        agenda.add(new Later(dueNanos, order++, task));
    }

    @Override
    public void run() {
        while (!stopped) {
            doWork(Long.MAX_VALUE);
        }
    }

    /**
     * Waits at most {@code patienceNanos} for something to do and does what is there then, first what was handed over, then
     * what is due: a flood of tasks cannot starve the agenda. Returns tasks done.
     */
    public int doWork(long patienceNanos) {
        int done = 0;
        Runnable task = await(patienceNanos);
        int waiting = inbox.size();
        while (task != null) {
            perform(task);
            done++;
            task = done > waiting || stopped ? null : inbox.poll();
        }
        long now = System.nanoTime();
        while (!stopped && !agenda.isEmpty() && agenda.peek().dueNanos() <= now) {
            perform(agenda.poll().task());
            done++;
        }
        return done;
    }

    private Runnable await(long patienceNanos) {
        long wait = agenda.isEmpty()
                ? patienceNanos
                : Math.min(patienceNanos, agenda.peek().dueNanos() - System.nanoTime());
        try {
            return wait <= 0 ? inbox.poll() : inbox.poll(wait, TimeUnit.NANOSECONDS);
        } catch (InterruptedException stop) {
            stopped = true;
            return null;
        }
    }

    private void perform(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error broken) { // an engine that ended would leave a daemon alive and deaf
            failed.accept(broken);
        }
    }

    /** Ends {@link #run} after the task under way. Any thread. */
    public void stop() {
        stopped = true;
        submit(() -> {});
    }
}
