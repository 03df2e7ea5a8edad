package dev.nowake.agent.daemon;

import dev.nowake.agent.execute.MountTraits;
import dev.nowake.kernel.proc.BackingDevice;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountInfo;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The filesystems under the roots: how each is read, and what was learned of it. Any thread. */
final class Mounts {
    private static final String UNLISTED = "unknown";

    private final Path procRoot;
    private final Map<Long, MountTraits> traits = new ConcurrentHashMap<>();
    private final Set<Long> droppingAtOpen = ConcurrentHashMap.newKeySet();

    Mounts(Path procRoot) {
        this.procRoot = procRoot;
    }

    /** Reads /proc once per device; a filesystem whose device is not listed (btrfs subvolumes) is read as a local one. */
    MountTraits of(long device) {
        MountTraits known = traits.get(device);
        return known != null ? known : learn(device, null);
    }

    /** Also finds what the device number does not tell, by a path on the filesystem. */
    MountTraits learn(long device, Path path) {
        MountInfo mounts = MountInfo.read(procRoot);
        Mount mount = mounts.byDevice(device)
                .or(() -> path == null ? java.util.Optional.empty() : mounts.byPath(path))
                .orElse(null);
        long readAhead = BackingDevice.read(procRoot, device)
                .map(BackingDevice::readAheadBytes)
                .orElse(0L);
        MountTraits learned = MountTraits.of(device, mount == null ? UNLISTED : mount.fsType(), readAhead);
        traits.put(device, learned);
        return learned;
    }

    /** The filesystem is gone: another one may get its number. */
    void forget(long device) {
        traits.remove(device);
        droppingAtOpen.remove(device);
    }

    /** Where it is mounted now, by /proc; null where that is not listed. */
    Path pointOf(long device) {
        return MountInfo.read(procRoot).byDevice(device).map(Mount::mountPoint).orElse(null);
    }

    boolean isFuse(long device) {
        return of(device).isFuse();
    }

    /** A file's pages were gone after somebody opened it: the server does not ask the kernel to keep them. */
    boolean dropsPagesAtOpen(long device) {
        return droppingAtOpen.contains(device);
    }

    /** Returns true the first time. */
    boolean learnDropsPagesAtOpen(long device) {
        return droppingAtOpen.add(device);
    }
}
