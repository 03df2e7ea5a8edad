package dev.nowake.agent.mirror;

import dev.nowake.model.ByteRange;
import java.util.concurrent.CompletableFuture;

/** Brings missing bytes. Never blocks its caller, throws nothing, and completes on a thread of its own. */
public interface Fills {
    /**
     * A reader waits for the range: brought before everything that is only likely to be read. Completes when all of it is
     * written, or with a {@link FillFailure} when the remote failed or the time for it is over; the bytes are then tried
     * again in the background.
     */
    CompletableFuture<Void> need(Twin twin, ByteRange range);

    /** Somebody will probably read the range soon. */
    void expect(Twin twin, ByteRange range);

    /** Nobody will: what of it has not been asked of the remote yet is left alone, unless a reader waits for it. */
    void forget(Twin twin);
}
