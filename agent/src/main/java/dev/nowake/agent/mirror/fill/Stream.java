package dev.nowake.agent.mirror.fill;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/** One thread that fetches pieces, into one buffer of its own. */
final class Stream implements Runnable {
    private final Shared shared;
    private final Streams streams;
    private final PieceFetcher fetcher;
    private final Outcomes outcomes;
    private Work abandoned;

    Stream(Shared shared, Streams streams, PieceFetcher fetcher, Outcomes outcomes) {
        this.shared = shared;
        this.streams = streams;
        this.fetcher = fetcher;
        this.outcomes = outcomes;
    }

    @Override
    public void run() {
        boolean isCounted = true;
        try (Arena memory = Arena.ofConfined()) {
            ByteBuffer buffer = memory.allocate(shared.settings.pieceBytes(), FillSettings.BLOCK_BYTES)
                    .asByteBuffer();
            for (Work next = streams.take(); next != null; next = streams.take()) {
                if (!perform(next, buffer)) {
                    abandoned = next;
                    return;
                }
            }
            isCounted = false;
        } catch (OutOfMemoryError noBuffer) {
            outcomes.noMemory(noBuffer);
        } finally {
            if (isCounted) {
                streams.ended(abandoned);
            }
        }
    }

    /** False where it has been abandoned. */
    private boolean perform(Work work, ByteBuffer buffer) {
        try {
            if (work instanceof Fetch fetch) {
                return fetched(fetch, buffer);
            }
            Closing closing = (Closing) work;
            closing.ends().close();
            return outcomes.closed(closing);
        } catch (Work.Abandoned late) {
            return false;
        }
    }

    private boolean fetched(Fetch fetch, ByteBuffer buffer) throws Work.Abandoned {
        try {
            return switch (fetcher.fetch(fetch, buffer)) {
                case DONE -> outcomes.done(fetch);
                case ANEW -> outcomes.anew(fetch);
                case HELD -> true;
            };
        } catch (Fault fault) {
            return outcomes.failed(fetch, fault);
        } catch (RuntimeException | Error broken) {
            return outcomes.failed(fetch, new Fault(FailureKind.LOCAL, "a piece was not fetched: " + broken, broken));
        }
    }
}
