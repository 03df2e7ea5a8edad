package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.execute.MountTraits;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which roots go together, by the mounts they are on. Asks /proc alone: nothing here waits for a server. */
final class Lanes {
    /** The lane of all local filesystems: no device has this number. */
    static final long LOCAL = 0;

    private Lanes() {}

    /** The roots by lane: 0 for all local filesystems, else the device of a remote one. */
    static Map<Long, Config> split(Config config, MountInfo mounts) {
        Map<Long, List<RootRule>> byLane = new LinkedHashMap<>();
        for (RootRule root : config.roots()) {
            byLane.computeIfAbsent(of(root.path(), mounts), key -> new ArrayList<>())
                    .add(root);
        }
        Map<Long, Config> lanes = new LinkedHashMap<>();
        byLane.forEach((lane, roots) -> lanes.put(lane, config.withRoots(roots)));
        return lanes;
    }

    /** 0, or the device of the remote filesystem that is mounted there now. */
    static long of(Path root, MountInfo mounts) {
        return mounts.byPath(root).filter(Lanes::isRemote).map(Mount::device).orElse(LOCAL);
    }

    private static boolean isRemote(Mount mount) {
        return MountTraits.of(mount, 0).remote();
    }
}
