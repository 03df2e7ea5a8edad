package dev.nowake.agent.execute;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A job as its pool's threads see it: its queue of files with the accounts beside it. */
final class Job implements PrefetchJob {
    /** What {@link #cancel} promises its caller, with a tenth left for the caller's own work. */
    static final long CANCEL_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(900);

    private final MountPool pool;
    private final MountTraits traits;
    private final ByteBudget budget;
    private final PrefetchListener listener;
    private final ChunkFetcher fetcher;
    private final JobTally tally;
    private final long chunkBytes;
    private final CompletableFuture<PrefetchOutcome> completion = new CompletableFuture<>();

    private final ReentrantLock state = new ReentrantLock();
    private final Condition drained = state.newCondition();
    private final FileQueue queue;
    private int inFlight;
    private boolean finished;
    private volatile boolean cancelled;

    Job(Kernel kernel, MountPool pool, MountTraits traits, ByteBudget budget, PrefetchListener listener) {
        this.pool = pool;
        this.traits = traits;
        this.budget = budget;
        this.listener = listener;
        this.fetcher = new ChunkFetcher(kernel, traits);
        this.queue = new FileQueue(kernel, state, this::end);
        this.tally = new JobTally(traits.mechanism());
        long largestBytes = Math.min(budget.largestAcquisitionBytes(), pool.largestChunkBytes());
        this.chunkBytes = Math.max(4096, Math.min(traits.chunkBytes(), largestBytes) & -4096L);
    }

    @Override
    public void add(OpenFile file, FileId id, RangeSet ranges, Placement placement, RangeSet movable) {
        state.lock();
        try {
            if (finished || cancelled || ranges.isEmpty()) {
                return;
            }
            FileWork work = new FileWork(
                    file,
                    tally.file(id),
                    ranges,
                    chunkBytes,
                    traits.mechanism().isAsynchronous(),
                    traits.descriptors(),
                    placement,
                    movable);
            work.tally().added(ranges);
            work.tally().begin();
            queue.add(work);
        } finally {
            state.unlock();
        }
        pool.offer(this);
    }

    @Override
    public void withdraw(FileId id, RangeSet ranges) {
        tally.withdraw(id, ranges);
    }

    @Override
    public void finish() {
        state.lock();
        try {
            finished = true;
        } finally {
            state.unlock();
        }
        completeIfDone();
    }

    @Override
    public boolean cancel() {
        stop();
        return awaitDrained(System.nanoTime() + CANCEL_WAIT_NANOS);
    }

    /** What every chunk acquires before it is cut. */
    long chunkBytes() {
        return chunkBytes;
    }

    @Override
    public void stop() {
        List<FileWork> dropped;
        state.lock();
        try {
            cancelled = true;
            dropped = queue.close();
        } finally {
            state.unlock();
        }
        dropped.forEach(this::end);
        completeIfDone();
    }

    @Override
    public PrefetchOutcome outcome() {
        return tally.outcome(cancelled);
    }

    @Override
    public CompletableFuture<PrefetchOutcome> completion() {
        return completion.copy();
    }

    boolean hasPending() {
        state.lock();
        try {
            return !queue.isEmpty();
        } finally {
            state.unlock();
        }
    }

    /** Whether a thread may {@link #take} a chunk. */
    enum Admission {
        ADMITTED,
        NO_WORK,
        NO_ROOM
    }

    /**
     * Takes room for one chunk out of the budget, before the chunk: what is taken is asked for at once, in order. From here
     * on the job is not done before {@link #take} has found nothing or {@link #drop} has ended the chunk. Unless it is
     * admitted the flight is over.
     */
    Admission admit(Flight flight) {
        Placement placement;
        state.lock();
        try {
            inFlight++;
            placement = queue.isEmpty() ? null : queue.placement();
        } finally {
            state.unlock();
        }
        boolean acquired = false;
        try {
            acquired = placement != null && flight.tryAcquire(budget, chunkBytes, placement);
        } finally {
            if (!acquired) {
                release(flight);
            }
        }
        if (placement == null) {
            return Admission.NO_WORK;
        }
        return acquired ? Admission.ADMITTED : Admission.NO_ROOM;
    }

    void awaitRoom(Placement placement, long nanos) throws InterruptedException {
        budget.awaitRoom(chunkBytes, placement, nanos);
    }

    /** The next chunk, out of the room acquired; null when there is none any more, and then the room is given back. */
    Chunk take(Flight flight) {
        Chunk chunk = null;
        try {
            chunk = queue.next();
        } finally {
            if (chunk == null) {
                release(flight);
            } else {
                flight.shrinkTo(chunk.lengthBytes());
            }
        }
        return chunk;
    }

    /** Makes the calls for a chunk; false when that failed or the job is cancelled, and then the chunk is ended. */
    boolean issue(Chunk chunk, Flight flight, ThreadNode node) {
        boolean issued = false;
        tally.called();
        try {
            if (!cancelled) {
                node.use(chunk.work().placement());
                flight.took(chunk.lengthBytes());
                fetcher.issue(chunk, flight.isSinglePages());
                issued = true;
            }
        } catch (KernelException | RuntimeException | Error thrown) {
            failed(chunk, flight, Failure.errnoOf(thrown));
        } finally {
            if (!issued) {
                drop(chunk, flight);
            }
        }
        return issued;
    }

    /** Waits for an issued chunk, looks, counts and ends it. */
    void complete(Chunk chunk, Flight flight) {
        try {
            if (cancelled && traits.mechanism().isAsynchronous()) {
                return;
            }
            long landed = fetcher.complete(chunk, flight.isSinglePages());
            flight.took(landed);
            flight.landed();
            chunk.work().tally().landed(landed);
            tally.looked(flight.isSinglePages() ? landed : 0);
            Failure.contain(() -> listener.chunkDone(chunk.work().tally().id(), chunk.range(), landed));
        } catch (KernelException | RuntimeException | Error thrown) {
            failed(chunk, flight, Failure.errnoOf(thrown));
        } finally {
            drop(chunk, flight);
        }
    }

    /** Ends a chunk and gives its room back. */
    void drop(Chunk chunk, Flight flight) {
        try {
            flight.end(System.nanoTime());
        } finally {
            end(chunk.work());
            release(flight);
        }
    }

    private void failed(Chunk chunk, Flight flight, Errno errno) {
        flight.failed();
        chunk.work().tally().failed(errno);
        tally.looked(0);
        Failure.contain(() -> listener.chunkFailed(chunk.work().tally().id(), chunk.range(), errno));
    }

    private void end(FileWork work) {
        FileOutcome outcome = work.tally().end();
        if (outcome != null) {
            Failure.contain(() -> listener.fileDone(outcome));
        }
    }

    private void release(Flight flight) {
        flight.end(System.nanoTime());
        state.lock();
        try {
            inFlight--;
            if (inFlight == 0) {
                drained.signalAll();
            }
        } finally {
            state.unlock();
        }
        completeIfDone();
    }

    private void completeIfDone() {
        state.lock();
        try {
            if (inFlight > 0 || !queue.isEmpty() || !(finished || cancelled)) {
                return;
            }
        } finally {
            state.unlock();
        }
        completion.complete(outcome());
    }

    /** Whether nothing is in flight any more, by the deadline at the latest. */
    boolean awaitDrained(long deadlineNanos) {
        state.lock();
        try {
            long left = deadlineNanos - System.nanoTime();
            while (inFlight > 0 && left > 0) {
                left = drained.awaitNanos(left);
            }
            return inFlight == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return inFlight == 0;
        } finally {
            state.unlock();
        }
    }
}
