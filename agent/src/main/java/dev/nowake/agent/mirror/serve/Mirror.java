package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.fill.FileNow;
import dev.nowake.agent.mirror.fill.FillParts;
import dev.nowake.agent.mirror.fill.FillSettings;
import dev.nowake.agent.mirror.fill.Filler;
import dev.nowake.agent.mirror.fill.Room;
import dev.nowake.agent.mirror.gate.Gates;
import dev.nowake.agent.mirror.store.Parked;
import dev.nowake.agent.mirror.store.Store;
import dev.nowake.agent.mirror.store.StoreClaim;
import dev.nowake.agent.mirror.store.SyncOutcome;
import dev.nowake.agent.mirror.store.TwinListener;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;

/**
 * One mirror at work. A reader of bytes that are not here waits at the gate, the filler brings them, the store remembers
 * them; opens are heard first, so that what is here is still what the remote has.
 */
public final class Mirror implements AutoCloseable {
    /** A successor is there sooner, unless nowake does not start any more. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    /** Filesystems whose reads the kernel asks about, 6.14+. */
    private static final Set<String> RANGED = Set.of("ext4", "xfs", "btrfs");

    private final MirrorSettings settings;
    private final Kernel kernel;
    private final MirrorListener listener;
    private final Filler filler;
    private final Lookahead lookahead;
    private final Door door;
    private final Gates gates;
    private final Store store;
    private final MirrorModels models;
    private final boolean ranges;
    private final Thread syncing;
    private final Upkeep upkeep;
    private final FillRate rate = new FillRate();
    private volatile boolean closed;

    /** What a mirror needs of its host. */
    public record Host(Kernel kernel, Path runFolder, Room room, MirrorListener listener, InstantSource clock) {}

    /**
     * Opens it, shows what is here, and begins to look through the remote, which need not be there.
     *
     * @throws IOException with one line that says what to do
     */
    public static Mirror open(MirrorSettings settings, Host host) throws IOException {
        Mirror mirror = new Mirror(settings, host);
        mirror.syncing.start();
        return mirror;
    }

    private Mirror(MirrorSettings settings, Host host) throws IOException {
        this.settings = settings;
        this.kernel = host.kernel();
        this.listener = host.listener();
        this.ranges = kernel.features().has(Feature.PRE_ACCESS) && RANGED.contains(filesystemOf(settings.local()));
        this.door = new Door(settings, twin -> store().look(twin), this::opened);
        this.syncing =
                Thread.ofPlatform().name("sync-" + settings.name()).daemon().unstarted(this::sync);
        StoreClaim claim = StoreClaim.take(settings, host.runFolder()); // before anybody who serves it could notice
        this.filler = new Filler(
                FillSettings.of(settings.name()).withStreams(settings.streams()).withTimeout(settings.timeout()),
                new FillParts(
                        kernel,
                        twin -> kernel.fileSpace().openForWriting(twin.local()),
                        host.room(),
                        remote -> Store.etag(settings, remote),
                        settings.verify() ? twin -> ContentDigest.of(twin.remote()) : twin -> null,
                        listener::filled));
        this.lookahead = new Lookahead(filler, this::models, settings.lookahead(), System::nanoTime);
        try {
            this.gates = gates(host);
        } catch (IOException | RuntimeException failed) {
            filler.close();
            claim.close();
            throw failed;
        }
        try {
            this.store = Store.open(claim, kernel, kernel.leases()::heldElsewhere, new Guard(), host.clock());
            this.models = new MirrorModels(store, kernel.files());
            gates.ready();
            store.expose();
        } catch (IOException | RuntimeException failed) {
            gates.suspend();
            filler.close();
            gates.close();
            gates.leave(null); // somebody may wait, and what he waits for is not here
            claim.close();
            throw failed;
        }
        this.upkeep = new Upkeep(settings.name(), this::look);
    }

    private Gates gates(Host host) throws IOException {
        // A reader waits for a whole file at most, piece after piece; each piece has its own, shorter time.
        Duration longest = settings.timeout().multipliedBy(4).plusMinutes(10);
        Path folder = host.runFolder().resolve("mirror");
        return Gates.open(
                new Gates.Settings(settings.name(), folder, ranges, longest, GRACE, listener::warned),
                kernel,
                new Gates.Answerers(
                        lookahead,
                        new Allocation(kernel, host.room(), listener::warned),
                        id -> store() == null ? null : store().twin(id).orElse(null),
                        door));
    }

    /** Null while it is being opened, by which time somebody may ask already. */
    private Store store() {
        return store;
    }

    /** Null while it is being opened. */
    private MirrorModels models() {
        return models;
    }

    private void opened(Twin twin, int pid) {
        lookahead.opened(twin);
        listener.opened(twin, pid);
    }

    private static String filesystemOf(Path local) throws IOException {
        Path there = local.getParent();
        while (!java.nio.file.Files.exists(there)) {
            there = there.getParent();
        }
        return java.nio.file.Files.getFileStore(there).type();
    }

    /** Tells the gates of twins as the store makes them. */
    private final class Guard implements TwinListener {
        @Override
        public void appears(Twin twin) throws IOException {
            gates.gate().guard(twin);
            try {
                gates.opens().guard(twin);
            } catch (KernelException unheard) {
                gates.gate().forget(twin);
                throw unheard;
            }
        }

        @Override
        public void completed(Twin twin) {
            try {
                gates.gate().release(twin);
            } catch (KernelException stays) {
                listener.warned(twin.local() + " is complete and still guarded, which costs its readers time: "
                        + stays.getMessage());
            }
        }

        @Override
        public void gone(Twin twin) {
            gates.gate().forget(twin);
            door.forget(twin);
        }

        @Override
        public void putAway(Twin twin) {
            try {
                gates.gate().release(twin);
            } catch (KernelException stays) {
                listener.warned(twin.local() + " stays guarded: " + stays.getMessage());
            }
        }
    }

    /** Links that somebody has removed are set again; what went wrong unseen is told. */
    private void look() {
        rate.look(filler.figures().fetchedBytes(), System.nanoTime());
        try {
            if (store.expose()) {
                listener.warned("the links of mirror " + settings.name() + " were gone: they are there again");
            }
        } catch (IOException refused) {
            listener.warned("mirror " + settings.name() + " cannot be found by loaders: " + refused.getMessage());
        }
        String trouble = gates.takeTrouble();
        if (trouble != null) {
            listener.warned("mirror " + settings.name() + " has refused an access because of an error: " + trouble);
        }
    }

    private void sync() {
        try {
            while (!closed) {
                try {
                    syncOnce();
                } catch (RuntimeException broken) { // the next look may not meet what it was
                    listener.warned("mirror " + settings.name() + " was not looked through to its end: " + broken);
                }
                Thread.sleep(settings.rescan());
            }
        } catch (InterruptedException ended) {
            // the mirror closes
        }
    }

    private void syncOnce() {
        SyncOutcome outcome = store.sync();
        if (outcome.unreachable() == null) {
            door.reached();
        }
        if (outcome.appeared() + outcome.changed() + outcome.removed() > 0) {
            models.refresh();
        }
        listener.synced(outcome);
    }

    public MirrorSettings settings() {
        return settings;
    }

    public Store files() {
        return store;
    }

    /** Brings bytes before anybody reads them. */
    public Fills fills() {
        return filler;
    }

    public MirrorFigures figures() {
        return new MirrorFigures(
                store.stored(),
                filler.figures(),
                rate.bytesPerSecond(),
                gates.gate().figures(),
                !gates.opens().isTripped(),
                ranges ? "range" : "file");
    }

    /** What is going on with each file that anything is wanted of, or failed of, just now. Any thread. */
    public Map<FileId, FileNow> underWay() {
        return filler.files();
    }

    /**
     * Ends it in order: nobody finds the incomplete files any more; who has one open goes on waiting, for a successor or for
     * the keeper's no.
     */
    @Override
    public void close() throws IOException {
        closed = true;
        syncing.interrupt();
        upkeep.close();
        gates.suspend();
        filler.close();
        store.conceal();
        Parked parked = store.park();
        parked.failures().forEach(listener::warned);
        gates.close();
        if (parked.open().isEmpty() && parked.failures().isEmpty() && !gates.guardsAny()) {
            gates.end();
        } else {
            long pid = gates.leave(store.openFolder());
            int open = Math.max(1, parked.open().size()); // some may have lost their names
            listener.warned(open + " incomplete files of mirror " + settings.name()
                    + " are open: process " + pid
                    + " keeps what is missing of them from being read as zeros, until nowake"
                    + " runs again");
        }
        store.close();
    }
}
