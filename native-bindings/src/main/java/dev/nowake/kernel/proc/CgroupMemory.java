package dev.nowake.kernel.proc;

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
public record CgroupMemory(MemoryGroup group, List<Level> levels) {
    /** "No limit". */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /**
     * One group.
     *
     * @param maxBytes memory.max, or version 1's memory.limit_in_bytes; UNLIMITED where it is unset or unreadable
     * @param highBytes memory.high, above which the group is throttled; UNLIMITED in version 1, whose
     *     memory.soft_limit_in_bytes limits nothing: it only says whom reclaim visits first
     * @param currentBytes in use, page cache included; -1 where it is unreadable
     */
    public record Level(Path folder, long maxBytes, long highBytes, long currentBytes) {
        /** The first of its limits that is reached; UNLIMITED for none. */
        public long limitBytes() {
            return Math.min(maxBytes, highBytes);
        }

        /** UNLIMITED without a limit; what is in use is taken to be nothing where it is unreadable. */
        long roomBytes() {
            return limitBytes() == UNLIMITED ? UNLIMITED : Math.max(0, limitBytes() - Math.max(0, currentBytes));
        }
    }

    /** Version 1 says "no limit" as the largest multiple of a page below 2^63. */
    private static final long VERSION1_UNLIMITED = Long.MAX_VALUE - (1 << 20);

    public CgroupMemory {
        levels = List.copyOf(levels);
    }

    public static CgroupMemory read(int pid) {
        return read(ProcFile.HOST, pid);
    }

    public static CgroupMemory read(Path root, int pid) {
        return of(MemoryGroup.find(root, Cgroups.read(root, pid)));
    }

    /** This process's own. */
    public static CgroupMemory own(Path root) {
        return of(MemoryGroup.find(root, Cgroups.own(root)));
    }

    /** Reads two or three small files for each level. */
    public static CgroupMemory of(MemoryGroup group) {
        List<Level> levels = new ArrayList<>();
        for (Path folder : group.folders()) {
            levels.add(group.version() == 1 ? version1Level(folder) : version2Level(folder));
        }
        return new CgroupMemory(group, levels);
    }

    /**
     * The same limits with what is in use now: one small file for each level that has a limit, none without.
     *
     * @return empty where such a file is gone, and with it perhaps the group
     */
    public Optional<CgroupMemory> again() {
        List<Level> now = new ArrayList<>();
        for (Level level : levels) {
            if (level.limitBytes() == UNLIMITED || level.currentBytes() < 0) {
                now.add(level);
                continue;
            }
            long current = current(level.folder());
            if (current < 0) {
                return Optional.empty();
            }
            now.add(new Level(level.folder(), level.maxBytes(), level.highBytes(), current));
        }
        return Optional.of(new CgroupMemory(group, now));
    }

    /** Bytes the group may still take: the least over all levels; UNLIMITED where none sets a limit. */
    public long roomBytes() {
        long room = UNLIMITED;
        for (Level level : levels) {
            room = Math.min(room, level.roomBytes());
        }
        return room;
    }

    /** The least limit of the group and its ancestors, with the level that sets it; empty where none does. */
    public Optional<Level> tightest() {
        Level least = null;
        for (Level level : levels) {
            if (level.limitBytes() != UNLIMITED && (least == null || level.limitBytes() < least.limitBytes())) {
                least = level;
            }
        }
        return Optional.ofNullable(least);
    }

    /** What is charged to the group itself, or to the first ancestor that counts; -1 where that is unreadable. */
    public long chargedBytes() {
        for (Level level : levels) {
            if (level.currentBytes() >= 0) {
                return level.currentBytes();
            }
        }
        return -1;
    }

    /**
     * How often the group itself ran into its limit and had to reclaim: version 1's memory.failcnt, cgroup2's {@code high}
     * and {@code max} of memory.events (the latter tells of its descendants too). -1 where it is unreadable.
     */
    public long limitHits() {
        if (levels.isEmpty()) {
            return -1;
        }
        Path folder = levels.getFirst().folder();
        if (group.version() == 1) {
            return number(folder.resolve("memory.failcnt"), -1);
        }
        long hits = -1;
        for (String line : ProcFile.lines(folder.resolve("memory.events"))) {
            String[] words = ProcFile.words(line);
            if (words.length == 2 && (words[0].equals("high") || words[0].equals("max"))) {
                long count = ProcFile.number(words[1]);
                hits = count < 0 ? hits : ProcFile.plus(Math.max(0, hits), count);
            }
        }
        return hits;
    }

    /** The file that sets a level's limit, by which it is known: {@code memory.high}. */
    public String limitFile(Level level) {
        if (group.version() == 1) {
            return "memory.limit_in_bytes";
        }
        return level.highBytes() < level.maxBytes() ? "memory.high" : "memory.max";
    }

    /** A level's path below the mount; the top is {@code /}. */
    public String path(Level level) {
        Path top = levels.getLast().folder();
        return "/" + top.relativize(level.folder());
    }

    private long current(Path folder) {
        return number(folder.resolve(group.version() == 1 ? "memory.usage_in_bytes" : "memory.current"), -1);
    }

    private static Level version1Level(Path folder) {
        long max = number(folder.resolve("memory.limit_in_bytes"), UNLIMITED);
        long current = number(folder.resolve("memory.usage_in_bytes"), -1);
        return new Level(folder, max >= VERSION1_UNLIMITED ? UNLIMITED : max, UNLIMITED, current);
    }

    private static Level version2Level(Path folder) {
        return new Level(
                folder,
                number(folder.resolve("memory.max"), UNLIMITED),
                number(folder.resolve("memory.high"), UNLIMITED),
                number(folder.resolve("memory.current"), -1));
    }

    /** The word {@code max} is no number either. */
    private static long number(Path file, long otherwise) {
        long value = ProcFile.number(ProcFile.text(file).strip());
        return value < 0 ? otherwise : value;
    }
}
