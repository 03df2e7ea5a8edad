package dev.nowake.agent.mirror.fill;

import java.lang.foreign.Arena;

/** One thread that fetches pieces, into a buffer of its own. */
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
            Seat seat = new Seat(memory.allocate(shared.settings.pieceBytes(), FillSettings.BLOCK_BYTES)
                    .asByteBuffer());
            try {
                for (Work next = streams.take(seat); next != null; next = streams.take(seat)) {
                    if (!perform(next, seat)) {
                        abandoned = next;
                        return;
                    }
                }
                isCounted = false;
            } finally {
                seat.leave();
            }
        } catch (OutOfMemoryError noBuffer) {
            outcomes.noMemory(noBuffer);
        } finally {
            if (isCounted) {
                streams.ended(abandoned);
            }
        }
    }

    /** False where it has been abandoned. */
    private boolean perform(Work work, Seat seat) {
        try {
            if (work instanceof Fetch fetch) {
                return fetched(fetch, seat);
            }
            Closing closing = (Closing) work;
            closing.run();
            return outcomes.closed(closing);
        } catch (Work.Abandoned late) {
            return false;
        }
    }

    private boolean fetched(Fetch fetch, Seat seat) throws Work.Abandoned {
        try {
            return switch (fetcher.fetch(fetch, seat)) {
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
