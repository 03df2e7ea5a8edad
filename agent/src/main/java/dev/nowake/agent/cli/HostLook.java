package dev.nowake.agent.cli;

import dev.nowake.kernel.proc.Pressure;
import dev.nowake.kernel.proc.VmStat;
import dev.nowake.kernel.proc.ZoneInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The host's memory at one moment: free bytes and watermarks by node, pressure, and what the kernel has reclaimed so far. */
record HostLook(
        List<NodeMemory> nodes,
        Pressure memory,
        Pressure io,
        long kswapdPages,
        long directPages,
        long stalls,
        long atNanos) {
    /** One node's; bytes. Zones that no load can use for page cache are part of it: they are small. */
    record NodeMemory(int node, long freeBytes, long lowBytes, long highBytes, long managedBytes) {}

    HostLook {
        nodes = List.copyOf(nodes);
    }

    static HostLook now(Path root) {
        ZoneInfo zones = ZoneInfo.read(root);
        TreeSet<Integer> ids = new TreeSet<>();
        zones.zones().forEach(zone -> ids.add(zone.node()));
        List<NodeMemory> nodes = new ArrayList<>();
        for (int id : ids) {
            nodes.add(new NodeMemory(
                    id, zones.freeBytes(id), zones.lowBytes(id), zones.highBytes(id), zones.managedBytes(id)));
        }
        VmStat counters = VmStat.read(root);
        return new HostLook(
                nodes,
                Pressure.read(root, Pressure.Resource.MEMORY),
                Pressure.read(root, Pressure.Resource.IO),
                counters.value("pgscan_kswapd"),
                counters.value("pgscan_direct"),
                counters.sumOf("allocstall"),
                System.nanoTime());
    }

    /** Of a counter, a second; 0 where no time has passed. */
    double rate(long now, long before, HostLook earlier) {
        double seconds = (atNanos - earlier.atNanos) / 1e9;
        return seconds <= 0 ? 0 : Math.max(0, now - before) / seconds;
    }

    double kswapdRate(HostLook earlier) {
        return rate(kswapdPages, earlier.kswapdPages, earlier);
    }

    double directRate(HostLook earlier) {
        return rate(directPages, earlier.directPages, earlier);
    }

    Map<String, Object> document(HostLook earlier) {
        List<Object> all = new ArrayList<>();
        for (NodeMemory node : nodes) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("node", node.node());
            one.put("freeBytes", node.freeBytes());
            one.put("lowBytes", node.lowBytes());
            one.put("highBytes", node.highBytes());
            one.put("managedBytes", node.managedBytes());
            all.add(one);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("nodes", all);
        document.put("memorySome10", memory.some().avg10());
        document.put("memoryFull10", memory.full().avg10());
        document.put("ioSome10", io.some().avg10());
        document.put("ioFull10", io.full().avg10());
        document.put("kswapdPagesPerSecond", kswapdRate(earlier));
        document.put("directPagesPerSecond", directRate(earlier));
        document.put("stalls", stalls);
        return document;
    }
}
