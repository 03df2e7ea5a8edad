package dev.nowake.agent.daemon;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.kernel.proc.DescriptorInfo;
import dev.nowake.kernel.proc.ProcessMaps;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.HashMap;
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

    void look(Load load) {
        int looked = 0;
        for (int pid : load.readers().keySet()) {
            if (looked++ >= READERS_LOOKED_AT) {
                break;
            }
            Map<Long, Long> positions = positions(pid, load);
            for (TrackedShard shard : load.shards()) {
                if (shard.inUse()) {
                    look(pid, positions, shard);
                }
            }
        }
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

    private void look(int pid, Map<Long, Long> positions, TrackedShard shard) {
        FileId id = shard.shard().id();
        shard.advanceFrontier(positions.getOrDefault(id.inode(), 0L));
        for (ProcessMaps.Resident mapping : ProcessMaps.residentOf(procRoot, pid, id.inode())) {
            shard.advanceFrontier(mapping.mapping().offsetBytes() + mapping.residentBytes());
        }
    }
}
