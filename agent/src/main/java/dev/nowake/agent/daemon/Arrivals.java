package dev.nowake.agent.daemon;

import dev.nowake.agent.listen.FileClaims;
import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What listeners heard and the engine has not taken yet, a file at a time: as the kernel does in its queue, what happened to
 * one file meanwhile becomes one, all its opens first and its closes last. Nothing is lost by that, because a close is only a
 * reason to look, and who looks later sees what came of all of it. So however fast files are opened, no more waits for the
 * engine than there are files. {@link #add} for any thread, {@link #take} for the engine's.
 */
final class Arrivals {
    /** Some 20 MiB. Only a root in which files are made faster than they can be looked at has as many. */
    private static final int MAX_FILES = 65_536;

    /** Of one file; those that come after are found as readers when the file is looked at. */
    private static final int MAX_OPENERS = 64;

    private static final long CLOSES = FileEvent.CLOSE_NOWRITE | FileEvent.CLOSE_WRITE;

    private static final class Arrival {
        private final Set<Integer> openers = new LinkedHashSet<>();
        private Sighting last;
        private long openedNanos;
        private long closes;
        private int closer;
        private OpenFile file;

        void add(Sighting sighting) {
            last = sighting;
            if (sighting.isOpen() && openers.size() < MAX_OPENERS) {
                openers.add(sighting.pid());
            }
            if (sighting.isOpen()) {
                openedNanos = sighting.atNanos();
            }
            if (sighting.isClose()) {
                closes |= sighting.mask() & CLOSES;
                closer = sighting.pid();
            }
            if (file == null) {
                file = sighting.file();
            } else if (sighting.file() != null) {
                sighting.file().close();
            }
        }

        /** The descriptor goes with the first. */
        void tell(Consumer<Sighting> each) {
            for (int pid : openers) {
                each.accept(part(FileEvent.OPEN, pid, openedNanos));
            }
            if (closes != 0) {
                each.accept(part(closes, closer, last.atNanos()));
            }
        }

        private Sighting part(long mask, int pid, long atNanos) {
            OpenFile handed = file;
            file = null;
            return new Sighting(last.id(), mask, pid, handed, last.path(), last.status(), atNanos);
        }
    }

    private final FileClaims claims;
    private final Counters counters;
    private final Map<FileId, Arrival> waiting = new ConcurrentHashMap<>();

    Arrivals(FileClaims claims, Counters counters) {
        this.claims = claims;
        this.counters = counters;
    }

    /** What became of a sighting. */
    enum Added {
        /** {@link #take} is to be called for its file. */
        FIRST,
        /** It goes with one that waits already. */
        MERGED,
        /** Too many wait: it is lost, and all must be looked at. */
        LOST
    }

    Added add(Sighting sighting) {
        Added[] added = {Added.FIRST};
        waiting.compute(sighting.id(), (id, known) -> {
            if (known == null && waiting.size() >= MAX_FILES) {
                added[0] = Added.LOST;
                return null;
            }
            Arrival arrival = known == null ? new Arrival() : known;
            added[0] = known == null ? Added.FIRST : Added.MERGED;
            arrival.add(sighting);
            return arrival;
        });
        switch (added[0]) {
            case FIRST -> {}
            case MERGED -> counters.increment(Counter.EVENTS_COALESCED);
            case LOST -> {
                counters.increment(Counter.OVERFLOWS);
                if (sighting.file() != null) {
                    sighting.file().close();
                    claims.release(sighting.id());
                }
            }
        }
        return added[0];
    }

    /** What happened to the file up to now; what comes from here on waits anew. */
    void take(FileId id, Consumer<Sighting> each) {
        Arrival arrival = waiting.remove(id);
        if (arrival != null) {
            arrival.tell(each);
        }
    }
}
