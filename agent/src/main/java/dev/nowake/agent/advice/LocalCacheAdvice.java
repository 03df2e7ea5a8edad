package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.FsCache;
import java.util.List;

/** FS-Cache: network filesystems that keep what they read on a local disk. */
final class LocalCacheAdvice {
    private static final String NETWORK_AGAIN =
            "what was released, or reclaimed, comes over the network again at the next load";

    private static final String INSTALL = "apt install cachefilesd (dnf install cachefilesd), RUN=yes in "
            + "/etc/default/cachefilesd on Debian, systemctl enable --now cachefilesd";

    private LocalCacheAdvice() {}

    static void find(MountLook look, HostFacts host, List<Finding> found) {
        if (look.kind() != FsKind.NFS && look.kind() != FsKind.SMB && look.kind() != FsKind.CEPH) {
            return;
        }
        FsCache cache = host.fsCache();
        boolean fsc =
                look.mount().hasOption("fsc") || look.mount().option("fsc").isPresent();
        if (!fsc) {
            found.add(new Finding(
                    FindingId.NO_LOCAL_CACHE,
                    look.mount().mountPoint(),
                    "mounted without fsc",
                    NETWORK_AGAIN + "; with fsc it comes from a local disk, which every first read is also written to",
                    (cache.isActive() ? "" : INSTALL + "; ") + Remount.with(look.mount(), "fsc")));
        } else if (!cache.isActive()) {
            found.add(new Finding(
                    FindingId.LOCAL_CACHE_OFF,
                    look.mount().mountPoint(),
                    cache.hasDevice()
                            ? "fsc is set and no cache is bound: cachefilesd does not run"
                            : "fsc is set and /dev/cachefiles is not there: the kernel's module cachefiles is not loaded",
                    "fsc does nothing: " + NETWORK_AGAIN,
                    cache.hasDevice()
                            ? INSTALL
                            : "modprobe cachefiles (echo cachefiles > /etc/modules-load.d/cachefiles.conf); "
                                    + INSTALL));
        }
    }
}
