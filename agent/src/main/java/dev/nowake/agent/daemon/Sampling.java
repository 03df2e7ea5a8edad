package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.sample.HostMoment;
import dev.nowake.agent.sample.PartialLook;
import dev.nowake.agent.sample.SamplePace;
import dev.nowake.kernel.OpenFile;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Writes what each load looks like while it goes on, for {@code report}: a line {@code sample} four times a second at first,
 * rarer later, none while nothing moves. Touches nothing, so it goes on in observe mode too. Belongs to the engine's thread;
 * looks are made on the thread that follows readers.
 */
final class Sampling {
    /** One load, and what of it was told. */
    private static final class Sampled {
        private final ActiveLoad active;
        private final PartialLook look;
        private final SamplePace pace = new SamplePace();
        private SampleLines lines;

        private Sampled(ActiveLoad active, PartialLook look) {
            this.active = active;
            this.look = look;
        }
    }

    /** What a look saw: resident bytes of the shards asked about, by index. */
    private record Seen(HostMoment host, Map<Integer, Long> resident, double part, long cpuNanos) {}

    private record Asked(int shard, OpenFile file, long sizeBytes) {}

    private final Parts parts;
    private final Executor looking;
    private final Map<Load, Sampled> loads = new HashMap<>();

    Sampling(Parts parts, Executor looking) {
        this.parts = parts;
        this.looking = looking;
    }

    void begin(ActiveLoad active) {
        Load load = active.load();
        Sampled sampled = new Sampled(
                active, new PartialLook(parts.kernel().pageCache(), load.model().sizeBytes()));
        loads.put(load, sampled);
        take(sampled);
    }

    private void take(Sampled sampled) {
        Load load = sampled.active.load();
        if (load.state() != LoadState.LOADING) {
            return; // its descriptors may be closed at any time; the last line tells what stayed
        }
        List<Asked> asked = new ArrayList<>();
        for (TrackedShard shard : load.shards()) {
            if (shard.file() != null) {
                asked.add(new Asked(
                        shard.shard().index(), shard.file(), shard.shard().sizeBytes()));
            }
        }
        sampled.active.runHolding(looking, () -> {
            Seen seen = look(sampled.look, asked);
            parts.engine().submit(() -> seen(sampled, seen));
        });
    }

    private Seen look(PartialLook look, List<Asked> asked) {
        long began = cpuNanos();
        HostMoment host = HostMoment.read(parts.procRoot());
        long beganPages = cpuNanos();
        double part = look.part();
        Map<Integer, Long> resident = new HashMap<>();
        asked.forEach(each -> resident.put(each.shard(), look.residentBytes(each.file(), each.sizeBytes())));
        long ended = cpuNanos();
        look.cost(ended - beganPages);
        return new Seen(host, resident, part, ended - began);
    }

    private void seen(Sampled sampled, Seen seen) {
        if (!loads.containsKey(sampled.active.load())) {
            return; // its last line is written
        }
        boolean first = sampled.lines == null;
        boolean written = lines(sampled, seen.host()).write(seen.host(), seen.resident(), seen.part(), first);
        long wait = sampled.pace.after(written, seen.cpuNanos());
        if (wait >= 0) {
            later(sampled, wait);
        }
    }

    private SampleLines lines(Sampled sampled, HostMoment first) {
        if (sampled.lines == null) {
            sampled.lines = new SampleLines(parts, sampled.active, first);
        }
        return sampled.lines;
    }

    private void later(Sampled sampled, long nanos) {
        parts.engine().at(System.nanoTime() + nanos, () -> take(sampled));
    }

    /** The load is out of the book: what stayed of each shard is known. */
    void end(ActiveLoad active) {
        Sampled sampled = loads.remove(active.load());
        if (sampled == null) {
            return; // begun before the first open of it was planned for
        }
        Map<Integer, Long> resident = new HashMap<>();
        active.load().shards().forEach(shard -> resident.put(shard.shard().index(), shard.residentBytes()));
        LaneThreads.begin(looking, () -> {
            HostMoment host = HostMoment.read(parts.procRoot());
            parts.engine().submit(() -> lines(sampled, host).write(host, resident, 1, true));
        });
    }

    /** Of the calling thread, which is not charged for waiting. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
