package dev.nowake.agent.daemon;

import dev.nowake.agent.decide.Decider;
import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.Prefetcher;
import dev.nowake.agent.govern.Governor;
import dev.nowake.agent.listen.FileClaims;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;

/**
 * What the stations of an event's way share.
 *
 * @param procRoot where /proc and /sys are found, {@code /} on a host
 */
record Parts(
        Kernel kernel,
        Path procRoot,
        Engine engine,
        Counters counters,
        Journal journal,
        FileClaims claims,
        LoadBook book,
        Mounts mounts,
        Decider decider,
        Governor governor,
        Prefetcher prefetcher,
        Evictor evictor,
        Compactions compactions,
        Switches switches) {
    /** A journal line about a load. */
    Journal.Line line(LineKind kind, Load load) {
        return journal.line(kind).load(load.number()).put("model", load.model().name());
    }

    void count(EvictOutcome outcome) {
        counters.add(Counter.EVICTED_BYTES, Math.max(0, outcome.evictedBytes()));
        outcome.refused().forEach((reason, bytes) -> {
            Counter counter = switch (reason) {
                case MAPPED -> Counter.EVICT_REFUSED_MAPPED;
                case DIRTY -> Counter.EVICT_REFUSED_DIRTY;
                case BUSY -> Counter.EVICT_REFUSED_BUSY;
            };
            counters.add(counter, bytes);
        });
    }

    /** Of these ranges; what cannot be known counts as absent. */
    long residentBytes(OpenFile file, RangeSet ranges) throws KernelException {
        long bytes = 0;
        for (ByteRange range : ranges.ranges()) {
            bytes += Math.max(
                    0,
                    kernel.pageCache()
                            .residency(file, range.start(), range.lengthBytes())
                            .residentBytes());
        }
        return bytes;
    }

    /** The same with an engine and loads of its own. */
    Parts withEngine(Engine own, LoadBook loads) {
        return new Parts(
                kernel,
                procRoot,
                own,
                counters,
                journal,
                claims,
                loads,
                mounts,
                decider,
                governor,
                prefetcher,
                evictor,
                compactions,
                switches);
    }
}
