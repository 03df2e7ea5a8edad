package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.execute.Placement;
import dev.nowake.agent.govern.RoomReport;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.NodeTarget;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.agent.rules.Standing;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.policy.Node;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Makes room for a load that begins, once, where its rule says {@code room: reclaim}: what free memory and the leftovers
 * dropped for it lack, the kernel is asked to reclaim from the coldest page cache of the node, others' pages among it. Where
 * it says {@code room: reserve}, the same is also done while nobody loads, so that room is there when somebody does.
 * Belongs to the engine's thread; reclaims on the lane's evicting thread, behind what policies had dropped.
 */
final class RoomMaking {
    /**
     * What a load lives on: 64 MiB stay behind its reader, 0.2 s of reading lie between a byte's last use and its being
     * free again, the rest is ahead. At 2 GB/s half of it stopped the reader now and then; what is more costs others
     * their pages for nothing. A rule's own {@code window} says otherwise.
     */
    static final long ROOM_BYTES = 1L << 30;

    /** Whatever floor a rule names, no more than this part of the host is made free for it; the policy keeps no more either. */
    private static final int FLOOR_DIVISOR = 4;

    private static final String ROOM = "room";
    private static final String RESERVE = "reserve";
    private static final Set<Object> MAKES_ROOM = Set.of("reclaim", RESERVE);

    /** A quarter of the reserve may be gone before it is filled up: others' comings and goings are not answered each time. */
    private static final int RESERVE_SLACK = 4;

    /** One call's worth: a tenth of a second of the kernel's work, and an operator's stop is heeded between two. */
    private static final long PIECE_BYTES = 256L << 20;

    private final Parts parts;
    private final Placements placements;
    private final Supplier<NumaTopology> topology;
    private final Executor evicting;

    RoomMaking(Parts parts, Placements placements, Supplier<NumaTopology> topology, Executor evicting) {
        this.parts = parts;
        this.placements = placements;
        this.topology = topology;
        this.evicting = evicting;
    }

    /** The policy's first answer to the load's first open has been carried out. */
    void begin(ActiveLoad active) {
        Map<String, Object> args = active.assignment().args();
        if (active.suspended()) {
            return;
        }
        if (!MAKES_ROOM.contains(args.getOrDefault(ROOM, "none")) || !active.mayMakeRoom()) {
            return;
        }
        long wanted = Math.min(windowBytes(args), active.load().model().sizeBytes()) + floorBytes(args);
        NodeTarget target = active.load().target();
        Placement placement = placements.place(target == null ? placements.target(Node.READER, active.load()) : target);
        boolean enforced = active.enforced();
        LaneThreads.begin(evicting, () -> {
            if (enforced == active.enforced()) { // it waited its turn: it may have been stopped, or ended, meanwhile
                make(active.load(), active.rule().mode(), active::enforced, wanted, 0, placement);
            }
        });
    }

    /** Some time has passed and nobody loads. */
    void reserve(Standing rule) {
        Map<String, Object> args = rule.assignment().args();
        if (RESERVE.equals(args.get(ROOM))) {
            long wanted = windowBytes(args) + floorBytes(args);
            LaneThreads.begin(
                    evicting,
                    () -> make(
                            null,
                            rule.mode(),
                            () -> parts.switches().acts(),
                            wanted,
                            wanted / RESERVE_SLACK,
                            Placement.ANYWHERE));
        }
    }

    private static long windowBytes(Map<String, Object> args) {
        return args.get("window") instanceof Number number && number.longValue() > 0 ? number.longValue() : ROOM_BYTES;
    }

    /** A policy that keeps a {@code floor} of free memory reads ahead only above it. */
    private long floorBytes(Map<String, Object> args) {
        if (!(args.get("floor") instanceof Number floor)) {
            return 0;
        }
        long totalBytes = topology.get().nodes().stream()
                .mapToLong(node -> node.memory().totalBytes())
                .sum();
        return Math.clamp(floor.longValue(), 0, totalBytes / FLOOR_DIVISOR);
    }

    /** {@code load}: null for none in particular. {@code mayAct}: for any thread. {@code slackBytes}: so little missing is left missing, and not told. */
    private void make(
            Load load, Mode mode, BooleanSupplier mayAct, long wantedBytes, long slackBytes, Placement placement) {
        boolean enforced = mode == Mode.ENFORCE;
        if (enforced && !mayAct.getAsBoolean()) {
            return;
        }
        long began = System.nanoTime();
        long missing = parts.governor().missingBytes(wantedBytes, placement);
        boolean blind = missing == Long.MAX_VALUE;
        if (slackBytes > 0 && (blind || missing <= slackBytes)) {
            return;
        }
        long reclaimed = enforced && missing > 0 && !blind ? reclaim(missing, placement, mayAct) : 0;
        parts.counters().add(Counter.ROOM_RECLAIMED_BYTES, reclaimed);
        (load == null ? parts.journal().line(LineKind.ROOM) : parts.line(LineKind.ROOM, load))
                .put("mode", mode.label())
                .put("wantedBytes", wantedBytes)
                .put("missingBytes", blind ? null : missing)
                .put("reclaimedBytes", reclaimed)
                .put("seconds", (System.nanoTime() - began) / 1e9)
                .put("reason", blind ? "free memory cannot be read: no room is made" : null)
                .log();
    }

    /** Returns bytes freed, on all nodes together. */
    private long reclaim(long bytes, Placement placement, BooleanSupplier mayAct) {
        BitSet nodes = placement.nodes();
        if (nodes.isEmpty()) {
            topology.get().withMemory().forEach(node -> nodes.set(node.id()));
        }
        long freed = 0;
        int left = nodes.cardinality();
        for (int node = nodes.nextSetBit(0); node >= 0; node = nodes.nextSetBit(node + 1)) {
            long share = Math.ceilDiv(bytes - freed, left--);
            if (share >= 4096) {
                freed += reclaimOn(node, share, mayAct);
            }
        }
        return freed;
    }

    private long reclaimOn(int node, long bytes, BooleanSupplier mayAct) {
        long freed = 0;
        try {
            while (bytes - freed >= 4096 && mayAct.getAsBoolean()) {
                long piece = Math.min(bytes - freed, PIECE_BYTES);
                long now = parts.kernel().nodeMemory().reclaim(node, piece);
                freed += now;
                if (now < piece) {
                    break; // there is no more to be had
                }
            }
            return freed;
        } catch (KernelException refused) {
            parts.counters().increment(Counter.ERRORS);
            parts.journal()
                    .line(LineKind.ERROR)
                    .put("reason", "no room was made on node " + node + ": " + refused.getMessage())
                    .log();
            return freed;
        }
    }

    /**
     * Tells when pages begin to be fetched one by one and when they no longer are, each time, and once for each reason that
     * prefetch had to wait for memory.
     */
    void watch(ActiveLoad active) {
        RoomReport report = active.budget().report();
        boolean single = report.singlePages();
        if (report.shortage().isOfMemory() && active.isNews(report.shortage())) {
            parts.line(LineKind.SHORTAGE, active.load())
                    .put("reason", "prefetch waits: " + report.shortage().label())
                    .log();
        }
        if (active.load().prefetchedBytes() > 0 && active.fetchesSinglePages(single)) {
            parts.line(LineKind.PAGES, active.load())
                    .put("pages", single ? "single" : "large")
                    .put(
                            "reason",
                            single ? "blocks for large folios are scarce, or the kernel reclaims" : "blocks are plenty")
                    .log();
        }
    }
}
