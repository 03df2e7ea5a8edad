package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * {@code /proc/zoneinfo}: free memory and watermarks, per node and zone. kswapd of a node wakes when a zone's free pages
 * fall below {@code low}, and sleeps again above {@code high}.
 */
public record ZoneInfo(List<Zone> zones) {
    /**
     * One zone; all in bytes, 0 where the kernel does not say.
     *
     * @param boostBytes temporary rise of the watermarks after fragmentation (5.0+; zoneinfo shows it only later). The kernel prints
     *     min, low and high with it already added: adding it again is a margin, not a correction
     * @param managedBytes given to the allocator
     */
    public record Zone(
            int node,
            String name,
            long freeBytes,
            long minBytes,
            long lowBytes,
            long highBytes,
            long boostBytes,
            long managedBytes,
            long presentBytes) {}

    public ZoneInfo {
        zones = List.copyOf(zones);
    }

    public static ZoneInfo read() {
        return read(ProcFile.HOST);
    }

    public static ZoneInfo read(Path root) {
        long pageBytes = PageSize.bytes(root);
        List<Zone> zones = new ArrayList<>();
        int node = -1;
        String name = "";
        Map<String, Long> pages = new HashMap<>();
        for (String line : ProcFile.lines(root.resolve("proc/zoneinfo"))) {
            // statistics and per-CPU lists: nine lines of ten, and read twenty times a second while a load goes on
            if (line.contains("nr_") || line.indexOf(':') >= 0) {
                continue;
            }
            String[] words = ProcFile.words(line);
            if (words.length == 4 && words[0].equals("Node") && words[2].equals("zone")) {
                addZone(zones, node, name, pages, pageBytes);
                node = ProcFile.smallNumber(words[1].replace(",", ""));
                name = words[3];
                pages = new HashMap<>();
            } else if (words.length == 3 && words[0].equals("pages")) {
                pages.putIfAbsent(words[1], Math.max(0, ProcFile.number(words[2])));
            } else if (words.length == 2) {
                pages.putIfAbsent(words[0], Math.max(0, ProcFile.number(words[1])));
            }
        }
        addZone(zones, node, name, pages, pageBytes);
        return new ZoneInfo(zones);
    }

    /** Free bytes of a node, or of all with -1. */
    public long freeBytes(int node) {
        return sum(node, Zone::freeBytes);
    }

    public long lowBytes(int node) {
        return sum(node, Zone::lowBytes);
    }

    public long highBytes(int node) {
        return sum(node, Zone::highBytes);
    }

    public long boostBytes(int node) {
        return sum(node, Zone::boostBytes);
    }

    public long managedBytes(int node) {
        return sum(node, Zone::managedBytes);
    }

    private long sum(int node, ToLongFunction<Zone> bytes) {
        long sum = 0;
        for (Zone zone : zones) {
            if (node < 0 || zone.node() == node) {
                sum = ProcFile.plus(sum, bytes.applyAsLong(zone));
            }
        }
        return sum;
    }

    private static void addZone(List<Zone> zones, int node, String name, Map<String, Long> pages, long pageBytes) {
        if (node < 0) {
            return;
        }
        ToLongFunction<String> bytes = line -> ProcFile.times(pages.getOrDefault(line, 0L), pageBytes);
        zones.add(new Zone(
                node,
                name,
                bytes.applyAsLong("free"),
                bytes.applyAsLong("min"),
                bytes.applyAsLong("low"),
                bytes.applyAsLong("high"),
                bytes.applyAsLong("boost"),
                bytes.applyAsLong("managed"),
                bytes.applyAsLong("present")));
    }
}
