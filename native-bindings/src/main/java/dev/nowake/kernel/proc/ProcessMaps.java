package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The mappings of a process, in address order; empty when it is gone or may not be looked at. */
public record ProcessMaps(int pid, List<Mapping> mappings) {
    /** How much of one mapping the process has touched and still has in memory: Rss of smaps, bytes. */
    public record Resident(Mapping mapping, long residentBytes) {}

    public ProcessMaps {
        mappings = List.copyOf(mappings);
    }

    public static ProcessMaps read(int pid) {
        return read(ProcFile.HOST, pid);
    }

    /** The names in maps' paths have their newlines escaped by the kernel, so a line is a mapping. */
    public static ProcessMaps read(Path root, int pid) {
        List<Mapping> mappings = new ArrayList<>();
        for (String line : ProcFile.lines(root.resolve("proc/" + pid + "/maps"))) {
            Mapping.parse(line).ifPresent(mappings::add);
        }
        return new ProcessMaps(pid, mappings);
    }

    /** Mappings of a file, by the device as maps shows it. */
    public List<Mapping> of(FileKey file) {
        return mappings.stream()
                .filter(each -> each.inode() == file.inode() && each.device() == file.device())
                .toList();
    }

    /**
     * Resident bytes of each mapping of an inode, by {@code /proc/PID/smaps}. The kernel walks the page tables of the
     * whole process with its memory lock held for reading: for now and then, not for polling. Any device: compare
     * {@link Mapping#device} where the inode is not enough.
     */
    public static List<Resident> residentOf(Path root, int pid, long inode) {
        return residentOf(root, pid, Set.of(inode));
    }

    /** The same of several inodes, in one walk. */
    public static List<Resident> residentOf(Path root, int pid, Set<Long> inodes) {
        List<Resident> found = new ArrayList<>();
        Optional<Mapping> current = Optional.empty();
        for (String line : ProcFile.lines(root.resolve("proc/" + pid + "/smaps"))) {
            Optional<Mapping> header = Mapping.parse(line);
            if (header.isPresent()) {
                current = header.filter(each -> inodes.contains(each.inode()));
            } else if (current.isPresent() && line.startsWith("Rss:")) {
                String[] words = ProcFile.words(line);
                long kilobytes = words.length < 2 ? -1 : ProcFile.number(words[1]);
                found.add(new Resident(current.get(), ProcFile.times(Math.max(0, kilobytes), 1024)));
                current = Optional.empty();
            }
        }
        return found;
    }
}
