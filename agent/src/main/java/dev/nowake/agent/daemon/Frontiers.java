package dev.nowake.agent.daemon;

import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.kernel.proc.DescriptorInfo;
import dev.nowake.kernel.proc.FileKey;
import dev.nowake.kernel.proc.ProcessFiles;
import dev.nowake.kernel.proc.ProcessMaps;
import dev.nowake.model.FileId;
import java.nio.file.Path;

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
                return;
            }
            ProcessFiles files = ProcessFiles.read(procRoot, pid);
            for (TrackedShard shard : load.shards()) {
                if (shard.inUse()) {
                    look(pid, files, shard);
                }
            }
        }
    }

    private void look(int pid, ProcessFiles files, TrackedShard shard) {
        FileId id = shard.shard().id();
        for (int fd : files.descriptorsOf(new FileKey(id.device(), id.inode()))) {
            DescriptorInfo.read(procRoot, pid, fd).ifPresent(info -> shard.advanceFrontier(info.positionBytes()));
        }
        for (ProcessMaps.Resident mapping : ProcessMaps.residentOf(procRoot, pid, id.inode())) {
            shard.advanceFrontier(mapping.mapping().offsetBytes() + mapping.residentBytes());
        }
    }
}
