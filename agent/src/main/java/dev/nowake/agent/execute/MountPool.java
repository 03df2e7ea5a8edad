package dev.nowake.agent.execute;

import dev.nowake.kernel.ThreadPlacement;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The threads of one mount. Jobs take turns, one chunk each, so that a second load is not starved by the first; within a
 * job the order is the job's. A turn comes with its bytes of the mount's budget: who waits for bytes waits without one, and
 * keeps nobody from his. One thread wakes the next, as long as there is work and the mount deserves more.
 */
final class MountPool {
    /**
     * How long a thread waits for work before it ends. Starting one costs 0.1 ms, a parked one some 60 KiB; loads of one
     * model are seconds apart at most.
     */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final ArrayDeque<Job> jobs = new ArrayDeque<>();

    /** Jobs a thread waits for room for; the others leave them alone. */
    private final Set<Job> stalled = new HashSet<>();

    private final ThreadPlacement placement;
    private final MountBudget mount;
    private final int maxThreads;
    private final int depth;
    private int threads;
    private int idle;
    private int kept;
    private boolean closed;

    /** {@code depth}: chunks one thread keeps in flight. */
    MountPool(ThreadPlacement placement, MountBudget mount, int maxThreads, int depth) {
        this.placement = placement;
        this.mount = mount;
        this.maxThreads = maxThreads;
        this.depth = depth;
    }

    int depth() {
        return depth;
    }

    /** The most one chunk can get. */
    long largestChunkBytes() {
        return mount.mostBytes();
    }

    /** Keeps one thread waiting for work for as long as the pool lives. */
    void keepOne() {
        lock.lock();
        try {
            kept = 1;
            if (threads == 0 && !closed) {
                startThread();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A job has work. */
    void offer(Job job) {
        lock.lock();
        try {
            if (!closed && !jobs.contains(job)) {
                jobs.addLast(job);
            }
            wakeOne();
        } finally {
            lock.unlock();
        }
    }

    /**
     * A turn of the job whose it is; null when there is none, or no room on the mount, and {@code wait} is false, or the
     * calling thread shall end.
     */
    Flight next(boolean wait) throws InterruptedException {
        lock.lock();
        try {
            long left = IDLE_NANOS;
            while (!closed) {
                Flight flight = pickInTurn();
                if (flight != null) {
                    wakeOne();
                    return flight;
                }
                if (!wait || (left <= 0 && threads > kept)) {
                    return null;
                }
                left = awaitWork(left);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a job waits for its turn. */
    boolean hasWork() {
        lock.lock();
        try {
            return jobs.stream().anyMatch(Job::hasPending);
        } finally {
            lock.unlock();
        }
    }

    /** A job that could not use its turn, and for which nobody waits for room, has the next one. */
    void keepTurn(Job job) {
        lock.lock();
        try {
            if (jobs.remove(job)) {
                jobs.addFirst(job);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of the mount's budget came back. */
    void roomFreed() {
        lock.lock();
        try {
            wakeOne();
        } finally {
            lock.unlock();
        }
    }

    /** The job got no room: the calling thread alone waits for it, until it says {@link #resume}. */
    void stall(Job job) {
        lock.lock();
        try {
            stalled.add(job);
        } finally {
            lock.unlock();
        }
    }

    void resume(Job job) {
        lock.lock();
        try {
            stalled.remove(job);
        } finally {
            lock.unlock();
        }
    }

    void threadEnded() {
        lock.lock();
        try {
            threads--;
            wakeOne();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            jobs.clear();
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int threads() {
        lock.lock();
        try {
            return threads;
        } finally {
            lock.unlock();
        }
    }

    private Flight pickInTurn() {
        for (int i = jobs.size(); i > 0; i--) {
            Job job = jobs.removeFirst();
            if (!job.hasPending()) {
                continue;
            }
            if (!stalled.contains(job)) {
                Flight flight = mount.tryBegin(job, job.chunkBytes(), System.nanoTime());
                if (flight == null) {
                    jobs.addFirst(job);
                    return null;
                }
                jobs.addLast(job);
                return flight;
            }
            jobs.addLast(job);
        }
        return null;
    }

    private long awaitWork(long nanos) throws InterruptedException {
        idle++;
        try {
            if (nanos > 0) {
                return work.awaitNanos(nanos);
            }
            work.await();
            return 0;
        } finally {
            idle--;
        }
    }

    private void wakeOne() {
        Job first = jobs.peekFirst();
        if (first == null || !mount.hasRoom(first.chunkBytes())) {
            return;
        }
        if (idle > 0) {
            work.signal();
        } else if (threads < maxThreads && !closed) {
            startThread();
        }
    }

    private void startThread() {
        threads++;
        boolean started = false;
        try {
            Thread.ofPlatform()
                    .name("nowake-io-" + NAMES.incrementAndGet())
                    .daemon(true)
                    .start(new StreamLoop(this, placement));
            started = true;
        } catch (OutOfMemoryError e) {
            // No more threads can be had: fewer streams are slower and nothing worse, none at all is a failure.
            if (threads == 1) {
                throw e;
            }
        } finally {
            if (!started) {
                threads--;
            }
        }
    }
}
