package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The mounts this process sees, in the kernel's order. Reading it touches no filesystem but proc. */
public record MountInfo(List<Mount> mounts) {
    public MountInfo {
        mounts = List.copyOf(mounts);
    }

    public static MountInfo read() {
        return read(ProcFile.HOST);
    }

    public static MountInfo read(Path root) {
        List<Mount> mounts = new ArrayList<>();
        for (String line : ProcFile.lines(root.resolve("proc/self/mountinfo"))) {
            Mount.parse(line).ifPresent(mounts::add);
        }
        return new MountInfo(mounts);
    }

    /** The first mount of a filesystem, by {@code st_dev}. Bind mounts share it; btrfs subvolumes are not found. */
    public Optional<Mount> byDevice(long device) {
        return mounts.stream().filter(mount -> mount.device() == device).findFirst();
    }

    public Optional<Mount> byId(int id) {
        return mounts.stream().filter(mount -> mount.id() == id).findFirst();
    }

    /**
     * The mount a path is on: the longest mount point that contains it, the latest of those stacked on one folder. Looks
     * at names only: the path must be absolute and resolved ({@link Path#toRealPath}). A mount hidden by a later one on a folder above it is not
     * told from a visible one.
     */
    public Optional<Mount> byPath(Path path) {
        Path plain = path.normalize();
        Mount best = null;
        for (Mount mount : mounts) {
            boolean longest = best == null
                    || mount.mountPoint().getNameCount() >= best.mountPoint().getNameCount();
            if (longest && plain.startsWith(mount.mountPoint())) {
                best = mount;
            }
        }
        return Optional.ofNullable(best);
    }
}
