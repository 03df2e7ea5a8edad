package dev.nowake.kernel.proc;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a process's control group allows it of memory. Page cache is charged to the group that first touches it.
 *
 * @param levels the group itself first, then its ancestors up to the mount; empty where they cannot be found (the process
 *     is gone, or outside this cgroup namespace)
 */
public record CgroupMemory(List<Level> levels) {
    /** "No limit". */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /**
     * One group.
     *
     * @param maxBytes memory.max, or version 1's memory.limit_in_bytes; UNLIMITED where it is unset or unreadable
     * @param highBytes memory.high, above which the group is throttled; UNLIMITED in version 1
     * @param currentBytes in use, page cache included; 0 where it is unreadable
     */
    public record Level(Path folder, long maxBytes, long highBytes, long currentBytes) {}

    /** Version 1 says "no limit" as the largest multiple of a page below 2^63. */
    private static final long VERSION1_UNLIMITED = Long.MAX_VALUE - (1 << 20);

    /** Deeper trees are not followed: cgroup.max.depth is rarely beyond a dozen. */
    private static final int MAX_DEPTH = 64;

    public CgroupMemory {
        levels = List.copyOf(levels);
    }

    public static CgroupMemory read(int pid) {
        return read(ProcFile.HOST, pid);
    }

    public static CgroupMemory read(Path root, int pid) {
        Cgroups groups = Cgroups.read(root, pid);
        Optional<Mount> mount = MountInfo.read(root).mounts().stream()
                .filter(each -> holdsMemory(each, groups.memoryIsVersion1()))
                .findFirst();
        if (mount.isEmpty() || groups.memoryPath().isEmpty()) {
            return new CgroupMemory(List.of());
        }
        Path top = inTree(root, mount.get().mountPoint());
        String inside = groups.memoryPath().get();
        String mountRoot = mount.get().root();
        if (!mountRoot.equals("/") && (inside + "/").startsWith(mountRoot + "/")) {
            inside = inside.substring(mountRoot.length());
        }
        return new CgroupMemory(levels(top, inside, groups.memoryIsVersion1()));
    }

    /** Bytes the group may still take: the least over all levels; UNLIMITED where none sets a limit. */
    public long roomBytes() {
        long room = UNLIMITED;
        for (Level level : levels) {
            long limit = Math.min(level.maxBytes(), level.highBytes());
            if (limit != UNLIMITED) {
                room = Math.min(room, Math.max(0, limit - level.currentBytes()));
            }
        }
        return room;
    }

    private static boolean holdsMemory(Mount mount, boolean version1) {
        return version1
                ? mount.fsType().equals("cgroup") && mount.hasOption("memory")
                : mount.fsType().equals("cgroup2");
    }

    private static List<Level> levels(Path top, String inside, boolean version1) {
        List<Level> levels = new ArrayList<>();
        Path folder;
        try {
            folder = Path.of(top + File.separator + inside).normalize();
        } catch (InvalidPathException e) {
            return levels;
        }
        while (folder != null && folder.startsWith(top) && levels.size() < MAX_DEPTH) {
            levels.add(version1 ? version1Level(folder) : version2Level(folder));
            folder = folder.getParent();
        }
        return levels;
    }

    private static Level version1Level(Path folder) {
        long max = number(folder.resolve("memory.limit_in_bytes"), UNLIMITED);
        long current = number(folder.resolve("memory.usage_in_bytes"), 0);
        return new Level(folder, max >= VERSION1_UNLIMITED ? UNLIMITED : max, UNLIMITED, current);
    }

    private static Level version2Level(Path folder) {
        return new Level(
                folder,
                number(folder.resolve("memory.max"), UNLIMITED),
                number(folder.resolve("memory.high"), UNLIMITED),
                number(folder.resolve("memory.current"), 0));
    }

    /** The word {@code max} is no number either. */
    private static long number(Path file, long otherwise) {
        long value = ProcFile.number(ProcFile.text(file).strip());
        return value < 0 ? otherwise : value;
    }

    private static Path inTree(Path root, Path absolute) {
        Path inside = absolute.isAbsolute() ? Path.of("/").relativize(absolute) : absolute;
        return root.resolve(inside).normalize();
    }
}
