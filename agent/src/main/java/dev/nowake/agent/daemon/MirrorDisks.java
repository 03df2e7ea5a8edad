package dev.nowake.agent.daemon;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.decide.Decider;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.evict.DiskFigures;
import dev.nowake.agent.mirror.evict.MirrorDisk;
import dev.nowake.agent.mirror.evict.NamedPolicy;
import dev.nowake.agent.mirror.serve.Mirror;
import dev.nowake.agent.mirror.serve.MirrorSpace;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What keeps the disks of the mirrors there are within their limits. Any thread. */
final class MirrorDisks implements AutoCloseable {
    /** A reader waits meanwhile: large models go within a second, and others may be before us. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<MirrorDisk> disks = new CopyOnWriteArrayList<>();
    private final Kernel kernel;
    private final Path procRoot;
    private final Decider decider;
    private final Switches switches;
    private final Counters counters;
    private final Journal journal;

    MirrorDisks(Kernel kernel, Path procRoot, Decider decider, Switches switches, Counters counters, Journal journal) {
        this.kernel = kernel;
        this.procRoot = procRoot;
        this.decider = decider;
        this.switches = switches;
        this.counters = counters;
        this.journal = journal;
    }

    /** One mirror's, from before the mirror is there. */
    final class Place {
        private volatile MirrorDisk disk;

        /** Whether so many bytes fit; may evict models for them. False before {@link #begin}. */
        boolean make(long bytes) {
            MirrorDisk now = current();
            try {
                return now != null && now.make(bytes, PATIENCE).isEnough();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** Waits while it is begun anew. */
        private synchronized MirrorDisk current() {
            return disk;
        }

        /** Somebody opens the file. Never waits. */
        void loaded(Twin twin) {
            MirrorDisk now = disk;
            if (now != null) {
                now.loaded(twin);
            }
        }

        /** From now on the mirror's disk is looked after, within these limits. */
        synchronized void begin(Mirror mirror, MirrorSettings settings) throws IOException {
            close(); // writes down what the next one reads
            MirrorDisk made = MirrorSpace.of(
                    mirror,
                    settings,
                    new MirrorSpace.Host(
                            kernel,
                            new NamedPolicy(
                                    decider,
                                    () -> NamedPolicy.assignment(settings.policy(), settings.args()),
                                    () -> new HostMemory(procRoot).get(),
                                    Clocks.HOST::wallSeconds),
                            switches.keeps()::holds,
                            switches::acts,
                            Clocks.HOST.wall(),
                            Clocks.HOST.steady(),
                            counters,
                            journal));
            disk = made;
            add(made);
            made.start();
        }

        /** Null where it has not been looked at yet. May wait for the disk. */
        DiskFigures figures() {
            MirrorDisk now = disk;
            return now == null ? null : now.figures();
        }

        synchronized void close() {
            MirrorDisk former = disk;
            if (former != null) {
                remove(former);
                former.close();
                disk = null;
            }
        }
    }

    Place place() {
        return new Place();
    }

    void add(MirrorDisk disk) {
        disks.add(disk);
    }

    void remove(MirrorDisk disk) {
        disks.remove(disk);
    }

    List<MirrorDisk> all() {
        return List.copyOf(disks);
    }

    @Override
    public void close() {
        disks.forEach(MirrorDisk::close);
        disks.clear();
    }
}
