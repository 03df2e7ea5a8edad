package dev.nowake.kernel.proc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which processes have files open or mapped: one pass over /proc for any number of files.
 *
 * <p>For hosts and filesystems without write leases, which answer in microseconds. Costs about 60 us per process, whatever
 * the number of files (measured warm on one core: 20 ms for 373 processes with 1,900 descriptors and 12,000 mappings; the
 * first pass of a JVM four times that): rate-limit it. Does not see: descriptors in flight
 * over a socket, files held by io_uring, loop devices or swap, threads with a descriptor table of their own, processes of
 * other pid namespaces when run inside one. O_PATH descriptors do not count: they hold no pages.
 *
 * <p>Devices: a descriptor is compared by stat(2), exact everywhere. A mapping is compared by the device /proc/PID/maps
 * shows; where the wanted device is anonymous (btrfs, overlayfs) and only the inode is equal, {@code map_files} is asked
 * by stat(2), and where that is not allowed (it needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE) the mapping counts: a use
 * too many delays a release, one too few would evict under a reader. stat(2) happens only after the inode number was
 * equal, so another filesystem's hung server is never asked (before Linux 5.14 fdinfo tells no inode and every open file
 * with a path is asked).
 */
public final class OpenFileScan {
    /** Among the hidden: /proc itself could not be listed. */
    public static final int EVERYBODY = 0;

    private final Path root;
    private final Set<FileKey> files;
    private final Set<Long> inodes = new HashSet<>();
    private final int ownPid;
    private final Map<FileKey, Set<Integer>> opened = new HashMap<>();
    private final Map<FileKey, Set<Integer>> mapped = new HashMap<>();
    private final MapsScan maps;
    private int pid;
    private final Set<Integer> hidden = new HashSet<>();

    /**
     * What a pass found.
     *
     * @param opened pids by file, files nobody has open left out
     * @param mapped likewise for mappings, which outlive close(2)
     * @param hidden processes that could not be looked at (not ours to see, descriptors exhausted); 0 stands for all of
     *     them. An unprivileged caller finds most of the host here; even root may find pid 1, where a sandbox protects it
     */
    public record Users(Map<FileKey, Set<Integer>> opened, Map<FileKey, Set<Integer>> mapped, Set<Integer> hidden) {
        public Users {
            opened = Map.copyOf(opened);
            mapped = Map.copyOf(mapped);
            hidden = Set.copyOf(hidden);
        }

        /** Everybody was looked at: absence means nobody. */
        public boolean complete() {
            return hidden.isEmpty();
        }

        public boolean inUse(FileKey file) {
            return opened.containsKey(file) || mapped.containsKey(file);
        }

        /** Everybody who has it open or mapped. */
        public Set<Integer> pids(FileKey file) {
            Set<Integer> pids = new HashSet<>(opened.getOrDefault(file, Set.of()));
            pids.addAll(mapped.getOrDefault(file, Set.of()));
            return pids;
        }
    }

    private OpenFileScan(Path root, Set<FileKey> files, int ownPid) {
        this.root = root;
        this.files = Set.copyOf(files);
        this.ownPid = ownPid;
        for (FileKey file : files) {
            inodes.add(file.inode());
        }
        this.maps = new MapsScan(inodes.stream().mapToLong(Long::longValue).toArray(), this::mappingFound);
    }

    /** Scans this host, leaving this process out. */
    public static Users scan(Set<FileKey> files) {
        return scan(ProcFile.HOST, files, (int) ProcessHandle.current().pid());
    }

    /** Scans a tree, leaving one process out. Blocks for the time given above; safe on any thread. */
    public static Users scan(Path root, Set<FileKey> files, int ownPid) {
        return new OpenFileScan(root, files, ownPid).run();
    }

    private Users run() {
        int[] pids = files.isEmpty() ? new int[0] : ProcessInfo.pids(root);
        if (pids.length == 0 && !files.isEmpty()) {
            hidden.add(EVERYBODY);
        }
        for (int each : pids) {
            if (each != ownPid) {
                pid = each;
                scanDescriptors();
                scanMaps();
            }
        }
        return new Users(opened, mapped, hidden);
    }

    private void scanDescriptors() {
        Path folder = root.resolve("proc/" + pid + "/fd");
        String[] names = folder.toFile().list();
        if (names == null) {
            failed();
            return;
        }
        for (String name : names) {
            int fd = ProcFile.smallNumber(name);
            try {
                if (fd >= 0 && ProcessFiles.mayBeFile(folder.resolve(name))) {
                    lookAt(fd, folder.resolve(name));
                }
            } catch (NoSuchFileException e) {
                // Closed meanwhile.
            } catch (IOException e) {
                // What is refused once is refused for every descriptor of the process.
                failed();
                return;
            }
        }
    }

    private void lookAt(int fd, Path link) throws IOException {
        Optional<DescriptorInfo> info = DescriptorInfo.read(root, pid, fd);
        boolean other = info.isPresent()
                && info.get().inode() >= 0
                && !inodes.contains(info.get().inode());
        if (other || info.isPresent() && info.get().isPathOnly()) {
            return;
        }
        FileKey key = ProcessFiles.key(link);
        if (files.contains(key)) {
            opened.computeIfAbsent(key, each -> new HashSet<>()).add(pid);
        }
    }

    private void scanMaps() {
        try {
            maps.scan(root.resolve("proc/" + pid + "/maps"));
        } catch (IOException e) {
            failed();
        }
    }

    private void mappingFound(long start, long end, long device, long inode) {
        for (FileKey file : files) {
            if (file.inode() != inode) {
                continue;
            }
            boolean same = file.device() == device;
            boolean anonymous = DeviceNumber.major(file.device()) == 0;
            if (same || anonymous && mapFileMayBe(file, start, end)) {
                mapped.computeIfAbsent(file, each -> new HashSet<>()).add(pid);
            }
        }
    }

    private boolean mapFileMayBe(FileKey file, long start, long end) {
        String range = Long.toHexString(start) + "-" + Long.toHexString(end);
        try {
            return ProcessFiles.key(root.resolve("proc/" + pid + "/map_files/" + range))
                    .equals(file);
        } catch (IOException e) {
            return true;
        }
    }

    /** A process that is gone, or dead and not yet waited for, has nothing open; any other keeps its secret. */
    private void failed() {
        Path folder = root.resolve("proc/" + pid);
        boolean dead = ProcessInfo.read(root, pid)
                .map(process -> process.state() == 'Z' || process.state() == 'X')
                .orElse(false);
        if (!dead && Files.exists(folder)) {
            hidden.add(pid);
        }
    }
}
