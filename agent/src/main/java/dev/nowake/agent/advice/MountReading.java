package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.FuseConnection;
import dev.nowake.kernel.proc.FuseServers;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import dev.nowake.kernel.proc.MountReadAhead;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads what /proc and /sys tell of mounts. Touches none of them. */
public final class MountReading {
    private final Path root;
    private final MountInfo mounts;
    private final Supplier<FuseServers> servers;

    /**
     * @param root of the tree that /proc and /sys are read below
     * @param servers asked once at most, and only where there is a FUSE mount: a search through all processes
     */
    public MountReading(Path root, MountInfo mounts, Supplier<FuseServers> servers) {
        this.root = root;
        this.mounts = mounts;
        this.servers = servers;
    }

    /** Those that something may be said about. */
    public List<MountLook> of(List<Mount> chosen) {
        FuseServers found = chosen.stream().anyMatch(Mount::isFuse) ? servers.get() : new FuseServers(List.of(), true);
        List<MountLook> looks = new ArrayList<>();
        for (Mount mount : chosen) {
            FsKind kind = FsKind.of(mount);
            if (kind.isAdvised()) {
                looks.add(new MountLook(
                        mount,
                        kind,
                        MountReadAhead.read(root, mount, mounts).orElse(null),
                        kind == FsKind.FUSE
                                ? FuseConnection.read(root, mount.device()).orElse(null)
                                : null,
                        kind == FsKind.FUSE ? found.of(mount) : List.of(),
                        MountLook.Opens.UNKNOWN));
            }
        }
        return looks;
    }
}
