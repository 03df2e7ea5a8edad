package dev.nowake.agent.govern;

import dev.nowake.kernel.proc.BuddyInfo;
import dev.nowake.kernel.proc.Pressure;
import dev.nowake.kernel.proc.VmStat;
import dev.nowake.kernel.proc.ZoneInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads what the law has to know: zone watermarks and free pages (boost included), free blocks, reclaim, stalls, this
 * process's own memory limit. What cannot be read is said to be unknown. Not thread-safe; the governor's lock guards it.
 */
public final class MemoryLook implements Supplier<MemoryState> {
    private final Path root;
    private final LongSupplier ownLimit;

    /** {@code ownLimit}: bytes this process may still charge to its memory cgroup, Long.MAX_VALUE without a limit. */
    public MemoryLook(Path root, LongSupplier ownLimit) {
        this.root = root;
        this.ownLimit = ownLimit;
    }

    @Override
    public MemoryState get() {
        BuddyInfo blocks = BuddyInfo.read(root);
        VmStat counters = VmStat.read(root);
        Pressure.Stall stall = Pressure.read(root, Pressure.Resource.MEMORY).some();
        return new MemoryState(
                nodes(ZoneInfo.read(root), blocks),
                ownLimit.getAsLong(),
                counters.has("pgscan_kswapd") ? reclaimEvents(counters) : -1,
                stall == Pressure.Stall.NONE ? -1 : stall.totalMicros());
    }

    /**
     * The zones are asked, not MemFree of /proc/meminfo: on a guest with a memory balloon that was seen to count 13 GiB the
     * zones do not have, and kswapd wakes by zone.
     */
    private static List<MemoryState.Node> nodes(ZoneInfo zones, BuddyInfo blocks) {
        Map<Integer, Long> aboveMarks = new LinkedHashMap<>();
        zones.zones().stream()
                .filter(zone -> zone.managedBytes() > 0)
                .sorted(Comparator.comparingInt(ZoneInfo.Zone::node))
                .forEach(zone ->
                        aboveMarks.merge(zone.node(), Math.max(0, zone.freeBytes() - zone.highBytes()), Long::sum));
        List<MemoryState.Node> nodes = new ArrayList<>();
        aboveMarks.forEach((id, above) ->
                nodes.add(new MemoryState.Node(id, zones.freeBytes(id), above, blocks.freeBlockBytes(id))));
        return nodes;
    }

    /** Pages scanned and allocations stalled since boot. What somebody asked for (pgscan_proactive) does not count. */
    private static long reclaimEvents(VmStat counters) {
        return counters.value("pgscan_kswapd") + counters.value("pgscan_direct") + counters.sumOf("allocstall");
    }
}
