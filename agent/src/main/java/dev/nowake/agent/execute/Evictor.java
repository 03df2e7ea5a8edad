package dev.nowake.agent.execute;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Drops ranges of files from page cache and finds out why pages stayed. Thread-safe; never names a byte outside the ranges
 * it is given.
 */
public final class Evictor {
    private final Kernel kernel;
    private final MappingFinder mappings;
    private final BooleanSupplier goesOn;

    public Evictor(Kernel kernel, MappingFinder mappings) {
        this(kernel, mappings, () -> true);
    }

    /** {@code goesOn}: as soon as it is false, what is under way ends where it is. Any thread. */
    public Evictor(Kernel kernel, MappingFinder mappings, BooleanSupplier goesOn) {
        this.kernel = kernel;
        this.mappings = mappings;
        this.goesOn = goesOn;
    }

    /**
     * Begins an eviction; nothing is dropped before its first step. The caller keeps the descriptor open until it is done.
     *
     * @param deadlineNanos on the clock the steps are given: dirty and busy pages are tried again until then
     */
    public EvictAttempt begin(OpenFile file, FileId id, RangeSet ranges, long deadlineNanos) throws IOException {
        long sizeBytes = kernel.files().status(file).sizeBytes();
        return new EvictAttempt(
                kernel.pageCache(),
                mappings,
                file,
                id,
                ranges.within(0, sizeBytes).ranges(),
                sizeBytes,
                deadlineNanos,
                goesOn);
    }

    /** Evicts on the calling thread, waiting at most {@code patienceNanos} for dirty and busy pages. */
    public EvictOutcome evict(OpenFile file, FileId id, RangeSet ranges, long patienceNanos) throws IOException {
        EvictAttempt attempt = begin(file, id, ranges, System.nanoTime() + patienceNanos);
        while (true) {
            long now = System.nanoTime();
            long next = attempt.step(now);
            if (next == EvictAttempt.DONE || Thread.currentThread().isInterrupted()) {
                return attempt.outcome();
            }
            LockSupport.parkNanos(next - now);
        }
    }
}
