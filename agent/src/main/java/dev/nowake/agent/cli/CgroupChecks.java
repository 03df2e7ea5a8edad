package dev.nowake.agent.cli;

import dev.nowake.agent.cli.DoctorVerb.Check;
import dev.nowake.agent.govern.CgroupRoom;
import dev.nowake.kernel.proc.CgroupMemory;
import dev.nowake.kernel.proc.Cgroups;
import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.kernel.proc.MemoryGroup;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which control groups count memory here, and whether a limit on the daemon's leaves it enough to prefetch. */
final class CgroupChecks {
    /** What {@code load-and-release} takes as its window where nothing is configured: this, or a quarter of what is available. */
    private static final long WINDOW_BYTES = 80L << 30;

    private CgroupChecks() {}

    /** {@code daemon}: the pid of one that answers, whose group is looked at; 0 for none: then it is this process's. */
    static List<Check> of(Path root, int daemon) {
        String who = daemon > 0 ? "daemon (pid " + daemon + ")" : "this process; no daemon answers";
        CgroupMemory memory = daemon > 0 ? CgroupMemory.read(root, daemon) : CgroupMemory.own(root);
        long available = MemInfo.read(root).availableBytes();
        return List.of(hierarchies(root), limit(who, memory, Math.min(WINDOW_BYTES, available / 4)));
    }

    static Check hierarchies(Path root) {
        Set<String> version1 = new TreeSet<>(Cgroups.own(root).controllers().keySet());
        version1.removeIf(name -> name.startsWith("name="));
        List<String> version2 = MemoryGroup.unifiedControllers(root);
        int counting = version1.contains("memory") ? 1 : version2.contains("memory") ? 2 : 0;
        String counted = counting == 0
                ? "no cgroup counts memory here: limits of pods and of nowake's own unit are unknown"
                : "version " + counting + " counts memory";
        return new Check(
                "cgroup",
                counting != 0,
                counted + "; version 1 has " + (version1.isEmpty() ? "nothing" : String.join(" ", version1))
                        + ", version 2 " + (version2.isEmpty() ? "nothing" : String.join(" ", version2)));
    }

    /** {@code windowBytes}: what prefetch would want to hold at a time on this host. */
    static Check limit(String who, CgroupMemory memory, long windowBytes) {
        String name = "cgroup-limit";
        String whose = who + ", " + memory.group().path();
        if (!memory.group().problem().isEmpty()) {
            return new Check(
                    name, true, who + ": no limit is known: " + memory.group().problem());
        }
        CgroupMemory.Level tightest = memory.tightest().orElse(null);
        if (tightest == null) {
            return new Check(name, true, whose + ": no limit");
        }
        String set = memory.limitFile(tightest) + " of " + memory.path(tightest) + " is "
                + Sizes.of(tightest.limitBytes()) + ", " + Sizes.of(Math.max(0, tightest.currentBytes()))
                + " of it charged";
        long room = CgroupRoom.roomBytes(memory);
        if (room >= windowBytes) {
            return new Check(name, true, whose + ": " + set + "; that is room for a full window");
        }
        return new Check(
                name,
                false,
                whose + ": " + set + ". Prefetched pages are charged to it, so " + Sizes.of(room)
                        + " can be prefetched at a time, less than the " + Sizes.of(windowBytes)
                        + " window this host has room for; loads work, more slowly. "
                        + remedy(memory, tightest));
    }

    private static String remedy(CgroupMemory memory, CgroupMemory.Level level) {
        String path = memory.path(level);
        String unit = path.substring(path.lastIndexOf('/') + 1);
        if (path.contains("kubepods")) {
            return "Raise the memory limit of its pod (resources.limits.memory), or take it away";
        }
        if (unit.endsWith(".service") || unit.endsWith(".slice") || unit.endsWith(".scope")) {
            String key = memory.limitFile(level).equals("memory.high") ? "MemoryHigh" : "MemoryMax";
            return "To take it away: systemctl set-property " + unit + " " + key + "=infinity (or a drop-in "
                    + "/etc/systemd/system/" + unit + ".d/memory.conf with [" + section(unit) + "] " + key
                    + "=infinity, then systemctl daemon-reload)";
        }
        return "To take it away: echo " + (memory.group().version() == 1 ? "-1" : "max") + " > "
                + level.folder().resolve(memory.limitFile(level));
    }

    private static String section(String unit) {
        return unit.endsWith(".service") ? "Service" : unit.endsWith(".slice") ? "Slice" : "Scope";
    }
}
