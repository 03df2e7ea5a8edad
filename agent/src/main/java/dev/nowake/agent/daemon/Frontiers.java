package dev.nowake.agent.daemon;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.kernel.proc.DescriptorInfo;
import dev.nowake.kernel.proc.ProcessMaps;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * How far readers have got: the position of their descriptors for read(2), the touched part of their mappings for mmap(2).
 * An estimate that only moves the window; a reader in random order is seen to have touched as much as it has, from the
 * start.
 */
final class Frontiers {
    /** Ranks of one load go about alike; looking at more of them costs more than it tells. */
    private static final int READERS_LOOKED_AT = 8;

    private final Path procRoot;

    Frontiers(Path procRoot) {
        this.procRoot = procRoot;
    }

    /** Where the readers of one shard are. */
    private static final class Places {
        private long furthest;
        private long slowest = Long.MAX_VALUE;
        private boolean mapped;
    }

    void look(Load load) {
        Map<TrackedShard, Places> seen = new IdentityHashMap<>();
        int looked = 0;
        for (int pid : load.readers().keySet()) {
            if (looked++ >= READERS_LOOKED_AT) {
                break;
            }
            Map<Long, Long> positions = positions(pid, load);
            for (TrackedShard shard : load.shards()) {
                if (shard.inUse()) {
                    look(pid, positions, shard, seen.computeIfAbsent(shard, first -> new Places()));
                }
            }
        }
        boolean all = looked <= READERS_LOOKED_AT;
        seen.forEach((shard, places) -> {
            // a mapping tells how much of it is resident: less of it, after reclaim, is no way back
            if (all && !places.mapped && places.slowest != Long.MAX_VALUE) {
                shard.readersAt(places.slowest, places.furthest);
            } else {
                shard.advanceFrontier(places.furthest);
            }
        });
        load.frontiersSeen(System.nanoTime());
    }

    /**
     * The furthest position of the process in each inode, by fdinfo: stat(2) on a descriptor would ask its server, and
     * wait with one that hangs. Before 5.14 fdinfo tells no inode, and the window stays where it is.
     */
    private Map<Long, Long> positions(int pid, Load load) {
        Map<Long, Long> positions = new HashMap<>();
        String[] names = procRoot.resolve("proc/" + pid + "/fdinfo").toFile().list();
        for (String name : names == null ? new String[0] : names) {
            DescriptorInfo.read(procRoot, pid, Integer.parseInt(name))
                    .filter(info -> info.inode() >= 0)
                    .ifPresent(info -> {
                        positions.merge(info.inode(), info.positionBytes(), Math::max);
                        if (info.isDirect() && isShard(load, info.inode())) {
                            load.readsDirectly();
                        }
                    });
        }
        return positions;
    }

    private static boolean isShard(Load load, long inode) {
        return load.shards().stream().anyMatch(shard -> shard.shard().id().inode() == inode);
    }

    private void look(int pid, Map<Long, Long> positions, TrackedShard shard, Places places) {
        FileId id = shard.shard().id();
        Long position = positions.get(id.inode());
        if (position != null) {
            places.furthest = Math.max(places.furthest, position);
            places.slowest = Math.min(places.slowest, position);
        }
        for (ProcessMaps.Resident mapping : ProcessMaps.residentOf(procRoot, pid, id.inode())) {
            places.mapped = true;
            places.furthest = Math.max(places.furthest, mapping.mapping().offsetBytes() + mapping.residentBytes());
        }
    }
}
