package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One open descriptor of a process: {@code /proc/PID/fdinfo/FD} (proc_pid_fdinfo(5)). Reading it asks the filesystem
 * nothing, so it cannot hang.
 *
 * @param positionBytes where read(2) has got to; pread(2) does not move it
 * @param flags as open(2) was given them, the kernel's own bits included
 * @param mountId -1 where it is not told
 * @param inode -1 where it is not told (before 5.14)
 */
public record DescriptorInfo(long positionBytes, long flags, int mountId, long inode) {
    private static final long ACCESS_MODE = 3;

    /** The one open flag nowake asks for whose value differs between CPUs. */
    private static final long DIRECT = switch (System.getProperty("os.arch", "")) {
        case "aarch64", "arm" -> 0x1_0000;
        case "ppc64le", "ppc64" -> 0x2_0000;
        default -> 0x4000;
    };

    private static final long PATH_ONLY = 0x20_0000;

    public static Optional<DescriptorInfo> read(int pid, int fd) {
        return read(ProcFile.HOST, pid, fd);
    }

    /** Of every descriptor the process has; none when it is gone, or may not be looked at. */
    public static List<DescriptorInfo> all(Path root, int pid) {
        return List.copyOf(byNumber(root, pid).values());
    }

    /** The same by the descriptors' numbers; a map of the caller's own. */
    public static Map<Integer, DescriptorInfo> byNumber(Path root, int pid) {
        String[] names = root.resolve("proc/" + pid + "/fdinfo").toFile().list();
        Map<Integer, DescriptorInfo> all = new HashMap<>();
        for (String name : names == null ? new String[0] : names) {
            int fd = ProcFile.smallNumber(name);
            read(root, pid, fd).ifPresent(info -> all.put(fd, info));
        }
        return all;
    }

    /** Empty when the descriptor or its process is gone, or may not be looked at. */
    public static Optional<DescriptorInfo> read(Path root, int pid, int fd) {
        long position = -1;
        long flags = -1;
        int mountId = -1;
        long inode = -1;
        for (String line : ProcFile.lines(root.resolve("proc/" + pid + "/fdinfo/" + fd))) {
            String[] words = ProcFile.words(line);
            if (words.length == 2) {
                switch (words[0]) {
                    case "pos:" -> position = ProcFile.number(words[1]);
                    case "flags:" -> flags = ProcFile.number(words[1], 8);
                    case "mnt_id:" -> mountId = ProcFile.smallNumber(words[1]);
                    case "ino:" -> inode = ProcFile.number(words[1]);
                    default -> {
                        // Other lines belong to special files (eventfd, epoll, inotify).
                    }
                }
            }
        }
        return flags < 0
                ? Optional.empty()
                : Optional.of(new DescriptorInfo(Math.max(0, position), flags, mountId, inode));
    }

    /** O_DIRECT: its reads pass the page cache by. */
    public boolean isDirect() {
        return (flags & DIRECT) != 0;
    }

    /** O_PATH: names the file without opening it. */
    public boolean isPathOnly() {
        return (flags & PATH_ONLY) != 0;
    }

    public boolean isWritable() {
        return (flags & ACCESS_MODE) != 0;
    }
}
