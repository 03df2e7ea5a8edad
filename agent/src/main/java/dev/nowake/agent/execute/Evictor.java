package dev.nowake.agent.execute;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;

/** Drops ranges of files from page cache and finds out why pages stayed. Thread-safe. */
public final class Evictor {
    private final Kernel kernel;
    private final MappingFinder mappings;

    public Evictor(Kernel kernel, MappingFinder mappings) {
        this.kernel = kernel;
        this.mappings = mappings;
    }

    /**
     * Begins an eviction; nothing is done before its first step. The caller keeps the descriptor open until it is done.
     *
     * @param deadlineNanos on the clock the steps are given: dirty and busy pages are tried again until then
     */
    public EvictAttempt begin(OpenFile file, FileId id, RangeSet ranges, long deadlineNanos) {
        throw new UnsupportedOperationException(kernel.binding() + mappings);
    }

    /** Evicts on the calling thread, waiting at most {@code patienceNanos} for dirty and busy pages. */
    public EvictOutcome evict(OpenFile file, FileId id, RangeSet ranges, long patienceNanos) throws KernelException {
        throw new UnsupportedOperationException(kernel.binding() + mappings);
    }
}
