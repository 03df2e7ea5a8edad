package dev.nowake.agent.sample;

import dev.nowake.kernel.proc.Pressure;
import dev.nowake.kernel.proc.VmStat;
import dev.nowake.kernel.proc.ZoneInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A host's memory at one moment: free memory with its watermarks, and what reclaim has done since boot.
 *
 * @param kswapdPages scanned by kswapd since boot
 * @param directPages scanned by allocating tasks since boot
 * @param stalledMicros time some task waited for memory since boot (PSI); -1 where the kernel keeps none
 */
public record HostMoment(List<Node> nodes, long kswapdPages, long directPages, long stalledMicros) {
    /** One NUMA node's zones together. kswapd wakes when a zone falls below low and sleeps above high. */
    public record Node(int id, long freeBytes, long lowBytes, long highBytes) {}

    public HostMoment {
        nodes = List.copyOf(nodes);
    }

    /** {@code root}: where /proc is found, {@code /} on a host. What cannot be read is absent or 0. */
    public static HostMoment read(Path root) {
        VmStat counters = VmStat.read(root);
        Pressure.Stall stall = Pressure.read(root, Pressure.Resource.MEMORY).some();
        return new HostMoment(
                nodes(ZoneInfo.read(root)),
                counters.value("pgscan_kswapd"),
                counters.value("pgscan_direct"),
                stall == Pressure.Stall.NONE ? -1 : stall.totalMicros());
    }

    private static List<Node> nodes(ZoneInfo zones) {
        Map<Integer, List<ZoneInfo.Zone>> byNode = zones.zones().stream()
                .filter(zone -> zone.managedBytes() > 0)
                .collect(Collectors.groupingBy(ZoneInfo.Zone::node, TreeMap::new, Collectors.toList()));
        List<Node> nodes = new ArrayList<>();
        byNode.keySet()
                .forEach(id -> nodes.add(new Node(id, zones.freeBytes(id), zones.lowBytes(id), zones.highBytes(id))));
        return nodes;
    }
}
