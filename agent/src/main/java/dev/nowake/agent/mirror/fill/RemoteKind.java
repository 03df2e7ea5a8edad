package dev.nowake.agent.mirror.fill;

import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.util.Set;

/**
 * What is known of a remote's filesystem by its type.
 *
 * @param isServed a process answers, that reads ahead of each descriptor
 * @param inodesStay a file keeps its inode number as long as it is the same file; many FUSE servers give another one whenever
 *     the kernel has forgotten it
 */
record RemoteKind(boolean isServed, boolean inodesStay) {
    private static final Set<String> STAYING =
            Set.of("nfs", "nfs4", "ceph", "lustre", "ext4", "xfs", "btrfs", "zfs", "tmpfs");

    /** By what /proc says; no file is asked. */
    static RemoteKind of(long device) {
        Mount mount = MountInfo.read().byDevice(device).orElse(null);
        return mount == null
                ? new RemoteKind(false, false)
                : new RemoteKind(mount.isFuse(), STAYING.contains(mount.fsType()));
    }
}
