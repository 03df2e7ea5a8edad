package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.FsCache;
import dev.nowake.kernel.proc.ModuleParameter;
import dev.nowake.kernel.proc.MultiGenLru;
import java.nio.file.Path;

/**
 * What counts for all mounts together.
 *
 * @param rootSeesAll the kernel lets administrators into FUSE mounts of others (fuse.allow_sys_admin_access, Linux 6.0)
 * @param lruGenerations the switches of the multi-generational LRU that are on, a bit each; 0 for none
 */
public record HostFacts(FsCache fsCache, boolean rootSeesAll, long lruGenerations) {
    public static HostFacts read(Path root) {
        return new HostFacts(
                FsCache.read(root),
                ModuleParameter.isOn(root, "fuse", "allow_sys_admin_access"),
                MultiGenLru.switches(root).orElse(0L));
    }
}
