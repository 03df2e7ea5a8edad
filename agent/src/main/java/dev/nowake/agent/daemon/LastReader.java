package dev.nowake.agent.daemon;

import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.proc.FileKey;
import dev.nowake.kernel.proc.OpenFileScan;
import dev.nowake.kernel.proc.ProcessInfo;
import dev.nowake.model.FileId;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Finds out when nobody has a shard open or mapped any more, and when a load is over. Events are never counted: a close is
 * only a reason to look. In enforce mode a write lease answers in microseconds; else, and where there are no leases, one
 * pass over /proc does. Belongs to the engine's thread.
 */
final class LastReader {
    /**
     * After a close, in milliseconds. The event comes before the kernel has given the file up (up to a millisecond later),
     * and another event's descriptor of ours may stand in the way as long; afterwards only another close changes the
     * answer, and that is another event.
     */
    private static final long[] PROBE_AFTER_MILLIS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

    /** A pass over /proc costs milliseconds of CPU on a busy host: five a second at most. */
    private static final long SCAN_INTERVAL_NANOS = 200_000_000L;

    /** Readers of a quiet load are looked at this often: a release then starts within half of what was promised. */
    private static final long QUIET_CHECK_NANOS = 50_000_000L;

    /** For opens of other shards by readers that are gone: a busy host lets us hear of them that much later. */
    private static final long UNHEARD_NANOS = 200_000_000L;

    private static final long MILLI = 1_000_000L;

    /** Between a reader's last look and its close: two looks, and some more where looks are late. */
    private static final double UNSEEN_SECONDS = 0.3;

    /** Before its pace is known. */
    private static final long LEAST_READ_BYTES = 64L << 20;

    private final Parts parts;
    private final Executor background;
    private final Consumer<ActiveLoad> over;
    private final BiConsumer<ActiveLoad, TrackedShard> shardUnused;
    private final Vacancies vacancies;
    private final Set<Long> withoutLeases = new HashSet<>();
    private long lastScanNanos;

    /**
     * Both are told on the engine's thread: {@code over} of each load whose last reader is gone, {@code shardUnused} of a
     * shard nobody has any more while its load goes on.
     */
    LastReader(
            Parts parts,
            Executor background,
            Vacancies vacancies,
            Consumer<ActiveLoad> over,
            BiConsumer<ActiveLoad, TrackedShard> shardUnused) {
        this.parts = parts;
        this.vacancies = vacancies;
        this.background = background;
        this.over = over;
        this.shardUnused = shardUnused;
        this.lastScanNanos = System.nanoTime() - SCAN_INTERVAL_NANOS;
    }

    void closeSeen(ActiveLoad active, TrackedShard shard) {
        shard.closeSeen(System.nanoTime());
        probe(active, shard);
    }

    private void probe(ActiveLoad active, TrackedShard shard) {
        if (active.load().state() != LoadState.LOADING || !shard.inUse()) {
            return;
        }
        long askedNanos = System.nanoTime();
        Boolean held = active.enforced() ? lease(shard) : null;
        if (held == null) {
            scanSoon(active);
        } else if (held) {
            probeLater(active, shard);
        } else {
            unused(active, shard, askedNanos);
        }
    }

    /**
     * Whether somebody has this file open or mapped now, as far as a lease through the descriptor that came with an open
     * tells at once; true where it cannot.
     */
    boolean isHeld(ActiveLoad active, Sighting open) {
        TrackedShard shard = active.load().shard(open.id());
        OpenFile file = open.file() == null ? shard.file() : open.file();
        Boolean held = active.enforced() ? lease(shard, file) : null;
        return held == null || held;
    }

    /** Null where a lease cannot tell. */
    private Boolean lease(TrackedShard shard) {
        return lease(shard, shard.file());
    }

    private Boolean lease(TrackedShard shard, OpenFile file) {
        long device = shard.shard().id().device();
        if (file == null || withoutLeases.contains(device)) {
            return null;
        }
        try {
            return parts.kernel().leases().heldElsewhere(file);
        } catch (KernelException unsupported) {
            withoutLeases.add(device);
            parts.journal()
                    .line(LineKind.ERROR)
                    .path(shard.path())
                    .put("reason", "no write leases here, /proc is scanned instead: " + unsupported.getMessage())
                    .log();
            return null;
        }
    }

    private void probeLater(ActiveLoad active, TrackedShard shard) {
        int attempt = shard.nextProbe();
        if (attempt < PROBE_AFTER_MILLIS.length) {
            long due = System.nanoTime() + PROBE_AFTER_MILLIS[attempt] * MILLI;
            shard.probeAt(due);
            parts.engine().at(due, () -> {
                if (shard.probeDueNanos() == due) {
                    probe(active, shard);
                }
            });
        }
    }

    private void unused(ActiveLoad active, TrackedShard shard, long askedNanos) {
        vacancies.found(shard.shard().id(), askedNanos);
        shard.markUnused(LEAST_READ_BYTES + (long) (active.load().bytesPerSecond() * UNSEEN_SECONDS));
        active.load().used(System.nanoTime());
        parts.line(LineKind.CLOSE, active.load())
                .path(shard.path())
                .put("shard", shard.shard().index())
                .put("residentBytes", residentNow(shard))
                .put("reason", "nobody has it open or mapped")
                .log();
        checkOver(active);
        if (active.load().state() == LoadState.LOADING) {
            shardUnused.accept(active, shard);
        }
    }

    private Long residentNow(TrackedShard shard) {
        if (shard.file() == null) {
            return null;
        }
        try {
            long bytes = parts.kernel()
                    .pageCache()
                    .residency(shard.file(), 0, shard.shard().sizeBytes())
                    .residentBytes();
            shard.residentBytes(bytes);
            return bytes < 0 ? null : bytes;
        } catch (KernelException unknown) {
            return null;
        }
    }

    /** Looks whether the load is over. */
    void lookAt(ActiveLoad active) {
        checkOver(active);
    }

    /** The load is over, whoever has its files now. */
    void end(ActiveLoad active) {
        if (active.load().state() == LoadState.LOADING) {
            over.accept(active);
        }
    }

    /** Looks whether the load is over, and again every so often while its readers live but touch no shard. */
    private void checkOver(ActiveLoad active) {
        Load load = active.load();
        if (load.state() != LoadState.LOADING || load.anyShardInUse()) {
            return;
        }
        long now = System.nanoTime();
        if (isOver(load, now)) {
            over.accept(active);
        } else {
            parts.engine().at(now + QUIET_CHECK_NANOS, () -> checkOver(active));
        }
    }

    /** Where readers of some shards alone are gone, their opens of the others may still be on their way to us. */
    private boolean isOver(Load load, long now) {
        if (load.everyShardOpened() || load.readers().isEmpty()) {
            return load.isOver(load.everyShardOpened(), now);
        }
        return load.isOver(readersAlive(load), now) && now - load.lastUseNanos() >= UNHEARD_NANOS;
    }

    private boolean readersAlive(Load load) {
        for (Map.Entry<Integer, Long> reader : load.readers().entrySet()) {
            ProcessInfo info =
                    ProcessInfo.read(parts.procRoot(), reader.getKey()).orElse(null);
            if (info != null && info.startTicks() == reader.getValue() && info.state() != 'Z' && info.state() != 'X') {
                return true;
            }
        }
        return false;
    }

    /** One pass for all shards in use, on the background thread; never more than one at a time, nor too often. */
    private void scanSoon(ActiveLoad active) {
        if (active.scanUnderWay()) {
            active.scanAgain(true); // it may have passed the closing process already
            return;
        }
        active.scanUnderWay(true);
        long due = Math.max(System.nanoTime(), lastScanNanos + SCAN_INTERVAL_NANOS);
        lastScanNanos = due;
        parts.engine().at(due, () -> scan(active));
    }

    private void scan(ActiveLoad active) {
        List<TrackedShard> asked =
                active.load().shards().stream().filter(TrackedShard::inUse).toList();
        Map<TrackedShard, Long> opens = new IdentityHashMap<>();
        asked.forEach(shard -> opens.put(shard, shard.opens()));
        Set<FileKey> keys = new HashSet<>();
        asked.forEach(shard -> keys.add(key(shard.shard().id())));
        parts.counters().increment(Counter.PROC_SCANS);
        background.execute(() -> {
            long askedNanos = System.nanoTime();
            OpenFileScan.Users users = OpenFileScan.scan(
                    parts.procRoot(),
                    keys,
                    Math.toIntExact(ProcessHandle.current().pid()));
            parts.engine().submit(() -> scanned(active, opens, users, askedNanos));
        });
    }

    private void scanned(ActiveLoad active, Map<TrackedShard, Long> opens, OpenFileScan.Users users, long askedNanos) {
        active.scanUnderWay(false);
        boolean everyReaderSeen = !users.hidden().contains(OpenFileScan.EVERYBODY)
                && users.hidden().stream().noneMatch(active.load().readers()::containsKey);
        for (TrackedShard shard : opens.keySet()) {
            if (active.load().state() != LoadState.LOADING || !shard.inUse()) {
                continue;
            }
            boolean sameOpens = shard.opens() == opens.get(shard); // else the answer is about an earlier time
            if (sameOpens && everyReaderSeen && !users.inUse(key(shard.shard().id()))) {
                unused(active, shard, askedNanos);
            } else if (shard.isClosing()) {
                probeLater(active, shard);
            }
        }
        if (active.scanAgain()) {
            active.scanAgain(false);
            scanSoon(active);
        }
    }

    private static FileKey key(FileId id) {
        return new FileKey(id.device(), id.inode());
    }
}
