package dev.nowake.kernel.proc;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The control group that counts a process's memory: where its files are. What they say is {@link CgroupMemory}'s.
 *
 * @param version 1 or 2; 0 where no group of the process counts memory
 * @param path as the kernel names it, from the hierarchy's top on; empty where there is none
 * @param folders the group's folder first, then its ancestors' up to the mount; empty where they cannot be found
 * @param problem why there are no folders, in one line; empty where there are
 */
public record MemoryGroup(int version, String path, List<Path> folders, String problem) {
    /** Deeper trees are not followed: cgroup.max.depth is rarely beyond a dozen. */
    private static final int MAX_DEPTH = 64;

    public MemoryGroup {
        folders = List.copyOf(folders);
    }

    /** The group of {@code groups}, which are a process's; found by the mounts this process sees. */
    public static MemoryGroup find(Path root, Cgroups groups) {
        Optional<String> path = groups.memoryPath();
        if (path.isEmpty()) {
            return none("the kernel names no control group for it: the process is gone, or there is no /proc");
        }
        int version = groups.memoryIsVersion1() ? 1 : 2;
        Optional<Mount> mount = mount(root, version, path.get());
        if (mount.isEmpty()) {
            return without(
                    version, path.get(), "no cgroup " + version + " hierarchy that holds this group is mounted here");
        }
        Path top = inTree(root, mount.get().mountPoint());
        if (version == 2 && !controllers(top).contains("memory")) {
            // a mount of cgroup2 beside version 1 without memory, or cgroup_disable=memory
            return none("no control group counts memory here: cgroup2 has no memory controller, version 1 has none");
        }
        List<Path> folders = folders(top, inside(mount.get(), path.get()));
        return folders.isEmpty()
                ? without(version, path.get(), "the group lies outside of the cgroup namespace this process sees")
                : new MemoryGroup(version, path.get(), folders, "");
    }

    /** The controllers of the host's cgroup2 hierarchy; empty where none is mounted. */
    public static List<String> unifiedControllers(Path root) {
        return MountInfo.read(root).mounts().stream()
                .filter(mount -> holdsMemory(mount, 2))
                .findFirst()
                .map(mount -> controllers(inTree(root, mount.mountPoint())))
                .orElse(List.of());
    }

    private static List<String> controllers(Path top) {
        return List.of(ProcFile.words(ProcFile.text(top.resolve("cgroup.controllers"))));
    }

    private static MemoryGroup none(String problem) {
        return new MemoryGroup(0, "", List.of(), problem);
    }

    private static MemoryGroup without(int version, String path, String problem) {
        return new MemoryGroup(version, path, List.of(), problem);
    }

    /** One that shows the whole hierarchy before one of a part of it, as a container's bind mount is. */
    private static Optional<Mount> mount(Path root, int version, String path) {
        Mount part = null;
        for (Mount each : MountInfo.read(root).mounts()) {
            if (holdsMemory(each, version)) {
                if (each.root().equals("/")) {
                    return Optional.of(each);
                }
                if (part == null && (path + "/").startsWith(each.root() + "/")) {
                    part = each;
                }
            }
        }
        return Optional.ofNullable(part);
    }

    private static boolean holdsMemory(Mount mount, int version) {
        return version == 1
                ? mount.fsType().equals("cgroup") && mount.hasOption("memory")
                : mount.fsType().equals("cgroup2");
    }

    private static String inside(Mount mount, String path) {
        return mount.root().equals("/") ? path : path.substring(mount.root().length());
    }

    private static List<Path> folders(Path top, String inside) {
        List<Path> folders = new ArrayList<>();
        Path folder;
        try {
            folder = Path.of(top + File.separator + inside).normalize();
        } catch (InvalidPathException e) {
            return folders;
        }
        while (folder != null && folder.startsWith(top) && folders.size() < MAX_DEPTH) {
            folders.add(folder);
            folder = folder.getParent();
        }
        return folders;
    }

    private static Path inTree(Path root, Path absolute) {
        Path inside = absolute.isAbsolute() ? Path.of("/").relativize(absolute) : absolute;
        return root.resolve(inside).normalize();
    }
}
