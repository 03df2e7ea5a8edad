package dev.nowake.agent.daemon;

import dev.nowake.agent.govern.CgroupRoom;
import dev.nowake.agent.load.Load;
import dev.nowake.kernel.proc.CgroupMemory;
import dev.nowake.kernel.proc.Cgroups;
import dev.nowake.kernel.proc.MemoryGroup;
import dev.nowake.kernel.proc.ProcessInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code status} and {@code explain} say of control groups: the daemon's own, to which prefetched pages are charged,
 * and the readers', to which they are not. Reads /proc and the cgroup files, which wait for nobody; any thread.
 */
final class CgroupDocument {
    /** Ranks of one model share a pod or two: this many are looked at for groups that differ. */
    private static final int READERS_LOOKED_AT = 16;

    private CgroupDocument() {}

    /** The daemon's, with the room that is left for prefetch: null for no limit. */
    static Map<String, Object> own(Path root) {
        CgroupMemory memory = CgroupMemory.own(root);
        Map<String, Object> document = of(memory);
        long room = CgroupRoom.roomBytes(memory);
        document.put("roomBytes", room == Long.MAX_VALUE ? null : room);
        return document;
    }

    /** That of one process; null where it is gone, or no group counts its memory. */
    static Map<String, Object> reader(Path root, int pid) {
        Cgroups groups = pid <= 0 ? null : Cgroups.read(root, pid);
        return groups == null || groups.memoryPath().isEmpty() ? null : reader(root, groups);
    }

    private static Map<String, Object> reader(Path root, Cgroups groups) {
        CgroupMemory memory = CgroupMemory.of(MemoryGroup.find(root, groups));
        Map<String, Object> document = of(memory);
        List<Path> ours = MemoryGroup.find(root, Cgroups.own(root)).folders();
        document.put(
                "limitIsOurs",
                memory.tightest().filter(level -> ours.contains(level.folder())).isPresent());
        return document;
    }

    /** Those of a load's readers that still run, each once. */
    static List<Object> readers(Path root, Load load) {
        Set<Cgroups> distinct = new LinkedHashSet<>();
        int looked = 0;
        for (Map.Entry<Integer, Long> reader : load.readers().entrySet()) {
            if (looked++ >= READERS_LOOKED_AT) {
                break;
            }
            if (isStillThere(root, reader.getKey(), reader.getValue())) {
                distinct.add(Cgroups.read(root, reader.getKey()));
            }
        }
        Map<String, Object> byPath = new LinkedHashMap<>();
        for (Cgroups groups : distinct) {
            groups.memoryPath().ifPresent(path -> byPath.computeIfAbsent(path, any -> reader(root, groups)));
        }
        return new ArrayList<>(byPath.values());
    }

    private static boolean isStillThere(Path root, int pid, long startTicks) {
        return ProcessInfo.read(root, pid)
                .filter(process -> startTicks < 0 || process.startTicks() == startTicks)
                .isPresent();
    }

    private static Map<String, Object> of(CgroupMemory memory) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", memory.group().version());
        document.put("path", memory.group().path());
        document.put("chargedBytes", orNull(memory.chargedBytes()));
        document.put("limitHits", orNull(memory.limitHits()));
        CgroupMemory.Level tightest = memory.tightest().orElse(null);
        document.put("limitBytes", tightest == null ? null : tightest.limitBytes());
        document.put("limitPath", tightest == null ? null : memory.path(tightest));
        document.put("limitFile", tightest == null ? null : memory.limitFile(tightest));
        document.put(
                "problem",
                memory.group().problem().isEmpty() ? null : memory.group().problem());
        return document;
    }

    private static Long orNull(long value) {
        return value < 0 ? null : value;
    }
}
