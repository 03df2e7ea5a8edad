package dev.nowake.agent.daemon;

import dev.nowake.agent.listen.Sighting;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.proc.ProcessInfo;
import java.util.ArrayList;
import java.util.List;

/** What an open brings to a load: a reader, a descriptor, a question to its policy. Belongs to the engine's thread. */
final class Opens {
    /** Landed before the open and gone after it: read-ahead noise is smaller, a shard larger. */
    private static final long DROP_EVIDENCE_BYTES = 8L << 20;

    private final Parts parts;
    private final Planning planning;
    private final Following following;
    private final ShardFiles files;

    Opens(Parts parts, Planning planning, Following following, ShardFiles files) {
        this.parts = parts;
        this.planning = planning;
        this.following = following;
        this.files = files;
    }

    void seen(ActiveLoad active, TrackedShard shard, Sighting sighting) {
        Load load = active.load();
        boolean first = !shard.opened();
        boolean firstOfLoad = load.shardsOpened() == 0;
        boolean again = !shard.inUse();
        shard.markOpened();
        boolean newReader = addReader(load, sighting.pid());
        if (!first && !newReader && !again) {
            return; // nothing a policy could decide differently
        }
        if (shard.file() == null
                && (active.enforced() || !parts.mounts().isFuse(sighting.id().device()))) {
            files.ensureHeld(shard);
        }
        if (first && sighting.status() != null) {
            shard.history().seenAs(sighting.status());
        }
        if (first) {
            parts.counters().increment(Counter.OPENS);
            noticeDroppedPages(shard);
        }
        following.readerCame(active);
        List<Journal.Line> lines = new ArrayList<>();
        if (firstOfLoad) {
            lines.add(beginLine(active, sighting));
        }
        lines.add(openLine(active, shard, sighting, first));
        if (first || again) {
            planning.askAtOpen(active, shard, lines);
        } else {
            lines.forEach(Journal.Line::log);
        }
        if (newReader) {
            nameReader(load, sighting.pid());
        }
        if (firstOfLoad) {
            following.begin(active);
        }
    }

    private boolean addReader(Load load, int pid) {
        if (pid <= 0 || load.readers().containsKey(pid)) {
            return false;
        }
        return load.addReader(pid, -1);
    }

    /** When it started tells it from a later process of its number; nothing waits for that. */
    private void nameReader(Load load, int pid) {
        ProcessInfo.read(parts.procRoot(), pid).ifPresent(info -> load.addReader(pid, info.startTicks()));
    }

    private void noticeDroppedPages(TrackedShard shard) {
        long device = shard.shard().id().device();
        if (shard.file() == null
                || shard.landedBytes() < DROP_EVIDENCE_BYTES
                || !parts.mounts().isFuse(device)) {
            return;
        }
        try {
            long now = parts.kernel()
                    .pageCache()
                    .residency(shard.file(), 0, shard.shard().sizeBytes())
                    .residentBytes();
            if (now >= 0 && now < shard.landedBytes() / 4) {
                shard.askAgain();
                if (parts.mounts().learnDropsPagesAtOpen(device)) {
                    parts.journal()
                            .line(LineKind.MOUNT)
                            .path(shard.path())
                            .put("reason", "the server drops a file's pages at every open: no lookahead on this mount")
                            .log();
                }
            }
        } catch (KernelException unknown) {
            parts.counters().increment(Counter.ERRORS);
        }
    }

    private Journal.Line beginLine(ActiveLoad active, Sighting sighting) {
        Load load = active.load();
        return parts.line(LineKind.BEGIN, load)
                .put("format", load.model().format().label())
                .put("shards", load.shards().size())
                .put("sizeBytes", load.model().sizeBytes())
                .put("pid", sighting.pid())
                .put("mode", active.rule().mode().label())
                .put("rule", active.ruleName())
                .put("policy", active.assignment().policy());
    }

    private Journal.Line openLine(ActiveLoad active, TrackedShard shard, Sighting sighting, boolean first) {
        return parts.line(LineKind.OPEN, active.load())
                .path(shard.path())
                .put("pid", sighting.pid())
                .put("shard", shard.shard().index())
                .put("sizeBytes", shard.shard().sizeBytes())
                .put("residentBytes", first && shard.residentBytes() >= 0 ? shard.residentBytes() : null)
                .put("residentBeforeBytes", first ? shard.residentBefore().bytes() : null)
                .put("mode", active.rule().mode().label())
                .put("rule", active.ruleName());
    }
}
