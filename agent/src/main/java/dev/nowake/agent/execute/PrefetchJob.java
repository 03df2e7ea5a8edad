package dev.nowake.agent.execute;

import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.util.concurrent.CompletableFuture;

/** Work for one mount, in the order it was added: most wanted first. Thread-safe. */
public interface PrefetchJob {
    /**
     * Appends ranges of a file. The caller keeps the descriptor's ownership and leaves it open until the listener's {@code
     * fileDone}, the completion, or a {@link #cancel} that returned true. Adding to a cancelled or finished job does nothing.
     */
    default void add(OpenFile file, FileId id, RangeSet ranges) {
        add(file, id, ranges, Placement.ANYWHERE);
    }

    /** The same, with a wish where the pages shall lie. */
    default void add(OpenFile file, FileId id, RangeSet ranges, Placement placement) {
        add(file, id, ranges, placement, RangeSet.EMPTY);
    }

    /**
     * The same; pages of {@code movable} that are resident on another node are dropped first, where the kernel lets them
     * go: never mapped or dirty ones.
     */
    void add(OpenFile file, FileId id, RangeSet ranges, Placement placement, RangeSet movable);

    /**
     * Nobody needs these ranges any more: what of them has not begun is not fetched. Until they are added again.
     *
     * @param ranges those of the file that are not needed, in place of what was said before
     */
    void withdraw(FileId id, RangeSet ranges);

    /** No more will be added: the job completes when its work is done. */
    void finish();

    /** Drops what has not begun, without waiting for the chunks in flight. */
    void stop();

    /**
     * Drops what has not begun and waits for the chunks in flight, under one second.
     *
     * @return whether no thread uses a descriptor of this job any more; false when storage hangs, and then a descriptor
     *     must stay open until {@link #completion} is done
     */
    boolean cancel();

    /** What became of the work so far. */
    PrefetchOutcome outcome();

    /** Done when the job is finished or cancelled and its last chunk has been looked at. Never fails. */
    CompletableFuture<PrefetchOutcome> completion();
}
