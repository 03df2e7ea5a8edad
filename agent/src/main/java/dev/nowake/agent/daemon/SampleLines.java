package dev.nowake.agent.daemon;

import dev.nowake.agent.govern.GovernorState;
import dev.nowake.agent.govern.RoomReport;
import dev.nowake.agent.govern.Shortage;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.observe.PathLabel;
import dev.nowake.agent.sample.HostMoment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One load's lines of kind {@code sample}. Each tells what it tells in full, of the shards that changed since the line
 * before; every {@value #WHOLE_EVERY}th tells of all shards, so that a lost line is made up for. Belongs to the engine's
 * thread.
 */
final class SampleLines {
    private static final int WHOLE_EVERY = 40;

    /** Larger models are told of by their sums alone beyond that: a line is 60 KB then. */
    private static final int MOST_SHARDS = 512;

    /** Less is read-ahead noise at the edges of what is looked at. */
    private static final long CHANGE_BYTES = 64 << 10;

    /** What a shard was last told to be; -1 where residency is unknown. */
    private record Told(long residentBytes, long readBytes, long askedBytes, long landedBytes) {
        boolean isLike(Told other) {
            return Math.abs(residentBytes - other.residentBytes) < CHANGE_BYTES
                    && (residentBytes < 0) == (other.residentBytes < 0)
                    && (residentBytes == 0) == (other.residentBytes == 0)
                    && readBytes == other.readBytes
                    && askedBytes == other.askedBytes
                    && landedBytes == other.landedBytes;
        }
    }

    private final Parts parts;
    private final ActiveLoad active;
    private final HostMoment atBegin;
    private final long waitsAtBegin;
    private final Map<Integer, Told> told = new HashMap<>();
    private String state;
    private int lines;
    private double stillSeconds = -1;

    SampleLines(Parts parts, ActiveLoad active, HostMoment atBegin) {
        this.parts = parts;
        this.active = active;
        this.atBegin = atBegin;
        this.waitsAtBegin = waits(parts.governor().state());
    }

    /**
     * Writes a line, unless nothing has changed. {@code resident}: by shard, of those that were looked at; {@code always}: for
     * a load's first and last line.
     */
    boolean write(HostMoment host, Map<Integer, Long> resident, double part, boolean always) {
        Load load = active.load();
        boolean whole = always || lines % WHOLE_EVERY == 0;
        List<Object> shards = new ArrayList<>();
        boolean changed = always || !load.state().label().equals(state);
        for (TrackedShard shard : load.shards()) {
            int index = shard.shard().index();
            Told before = told.get(index);
            Told now = now(shard, resident.get(index), before);
            boolean news = before == null || !now.isLike(before);
            changed |= news;
            if ((news || whole) && shards.size() < MOST_SHARDS) {
                shards.add(describe(shard, now, lines == 0));
            }
            if (news || always) {
                told.put(index, now);
            }
        }
        if (!changed) {
            stillSeconds = seconds();
            return false;
        }
        state = load.state().label();
        log(host, part, shards);
        lines++;
        stillSeconds = -1;
        return true;
    }

    private double seconds() {
        return (System.nanoTime() - active.load().startedNanos()) / 1e9;
    }

    private static Told now(TrackedShard shard, Long resident, Told before) {
        long seen = resident != null && resident >= 0 ? resident : before == null ? -1 : before.residentBytes();
        return new Told(
                seen,
                Math.max(shard.frontierBytes(), shard.touched().byAll().bytes()),
                shard.asked().bytes(),
                shard.landedBytes());
    }

    private static Map<String, Object> describe(TrackedShard shard, Told now, boolean first) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("shard", shard.shard().index());
        if (first) {
            document.put("file", PathLabel.of(shard.path().getFileName()).text());
            document.put("sizeBytes", shard.shard().sizeBytes());
        }
        if (now.residentBytes() >= 0) {
            document.put("residentBytes", now.residentBytes());
        }
        document.put("readBytes", now.readBytes());
        document.put("askedBytes", now.askedBytes());
        document.put("landedBytes", now.landedBytes());
        return document;
    }

    private void log(HostMoment host, double part, List<Object> shards) {
        Load load = active.load();
        Journal.Line line = parts.line(LineKind.SAMPLE, load)
                .put("state", load.state().label())
                .put("seconds", seconds())
                .put("stillSeconds", stillSeconds < 0 ? null : stillSeconds);
        if (lines == 0) {
            line.put("sizeBytes", load.model().sizeBytes())
                    .put("shardCount", load.shards().size())
                    .put("mode", active.rule().mode().label())
                    .put("rule", active.ruleName())
                    .put("policy", active.assignment().policy());
        }
        line.put("shards", shards)
                .put("lookedAt", part < 1 ? part : null)
                .put("landedBytes", load.prefetchedBytes())
                .put("evictedBytes", load.evictedBytes())
                .put("nodes", nodes(host))
                .put("kswapdPages", host.kswapdPages() - atBegin.kswapdPages())
                .put("directPages", host.directPages() - atBegin.directPages())
                .put("stalledSeconds", stalledSeconds(host))
                .put("governor", governor())
                .log();
    }

    private Double stalledSeconds(HostMoment host) {
        boolean known = host.stalledMicros() >= 0 && atBegin.stalledMicros() >= 0;
        return known ? (host.stalledMicros() - atBegin.stalledMicros()) / 1e6 : null;
    }

    private static List<Object> nodes(HostMoment host) {
        List<Object> nodes = new ArrayList<>();
        for (HostMoment.Node node : host.nodes()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("node", node.id());
            document.put("freeBytes", node.freeBytes());
            document.put("lowBytes", node.lowBytes());
            document.put("highBytes", node.highBytes());
            nodes.add(document);
        }
        return nodes;
    }

    private Map<String, Object> governor() {
        GovernorState all = parts.governor().state();
        RoomReport own = active.budget().report();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("inFlightBytes", all.inFlightBytes());
        document.put("roomBytes", own.roomBytes());
        document.put("waits", waits(all) - waitsAtBegin);
        if (own.shortage() != Shortage.NONE) {
            document.put("waitsFor", own.shortage().label());
        }
        return document;
    }

    private static long waits(GovernorState state) {
        return state.waits().values().stream().mapToLong(Long::longValue).sum();
    }
}
