package dev.nowake.agent.daemon;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.kernel.proc.DescriptorInfo;
import dev.nowake.kernel.proc.ProcessMaps;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

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

        /** Of one reader, each null where it has none. */
        void see(Long position, Long mappedTo) {
            if (position != null) {
                furthest = Math.max(furthest, position);
                slowest = Math.min(slowest, position);
            }
            if (mappedTo != null) {
                mapped = true;
                furthest = Math.max(furthest, mappedTo);
            }
        }
    }

    void look(Load load) {
        Map<TrackedShard, Places> seen = new IdentityHashMap<>();
        Set<Long> inodes = new HashSet<>();
        for (TrackedShard shard : load.shards()) {
            if (shard.inUse()) {
                seen.put(shard, new Places());
                inodes.add(inode(shard));
            }
        }
        int looked = 0;
        for (int pid : load.readers().keySet()) {
            if (looked++ >= READERS_LOOKED_AT) {
                break;
            }
            Map<Long, Long> positions = positions(pid, load);
            Map<Long, Long> mapped = mapped(pid, inodes);
            seen.forEach((shard, places) -> places.see(positions.get(inode(shard)), mapped.get(inode(shard))));
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
        for (DescriptorInfo info : DescriptorInfo.all(procRoot, pid)) {
            if (info.inode() >= 0) {
                positions.merge(info.inode(), info.positionBytes(), Math::max);
                if (info.isDirect() && isShard(load, info.inode())) {
                    load.readsDirectly();
                }
            }
        }
        return positions;
    }

    /** How far into each inode the process's mappings of it are resident; nothing where it maps none. */
    private Map<Long, Long> mapped(int pid, Set<Long> inodes) {
        Map<Long, Long> mapped = new HashMap<>();
        for (ProcessMaps.Resident part : ProcessMaps.residentOf(procRoot, pid, inodes)) {
            long end = part.mapping().offsetBytes() + part.residentBytes();
            mapped.merge(part.mapping().inode(), end, Math::max);
        }
        return mapped;
    }

    private static boolean isShard(Load load, long inode) {
        return load.shards().stream().anyMatch(shard -> inode(shard) == inode);
    }

    private static long inode(TrackedShard shard) {
        return shard.shard().id().inode();
    }
}
