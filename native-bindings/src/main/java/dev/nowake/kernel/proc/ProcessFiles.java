package dev.nowake.kernel.proc;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files a process has open, by {@code /proc/PID/fd}.
 *
 * @param descriptors regular files, folders and devices; sockets, pipes and anonymous inodes are left out
 * @param complete false where something could not be looked at
 */
public record ProcessFiles(int pid, List<Descriptor> descriptors, boolean complete) {
    /** One descriptor and the file it refers to. */
    public record Descriptor(int fd, FileKey file) {}

    public ProcessFiles {
        descriptors = List.copyOf(descriptors);
    }

    public static ProcessFiles read(int pid) {
        return read(ProcFile.HOST, pid);
    }

    /**
     * Lists descriptors with stat(2) through the kernel's own links: opens no file, raises no event. stat asks the
     * filesystem, so it waits with a hung FUSE or NFS server; {@link OpenFileScan} avoids that by comparing inode numbers
     * first.
     */
    public static ProcessFiles read(Path root, int pid) {
        Path folder = root.resolve("proc/" + pid + "/fd");
        String[] names = folder.toFile().list();
        if (names == null) {
            return new ProcessFiles(pid, List.of(), !new File(root.toFile(), "proc/" + pid).exists());
        }
        List<Descriptor> descriptors = new ArrayList<>();
        boolean complete = true;
        for (String name : names) {
            int fd = ProcFile.smallNumber(name);
            try {
                if (fd >= 0 && mayBeFile(folder.resolve(name))) {
                    descriptors.add(new Descriptor(fd, key(folder.resolve(name))));
                }
            } catch (NoSuchFileException e) {
                // Closed meanwhile.
            } catch (IOException e) {
                complete = false;
            }
        }
        return new ProcessFiles(pid, descriptors, complete);
    }

    /** Descriptors of this file. */
    public List<Integer> descriptorsOf(FileKey file) {
        return descriptors.stream()
                .filter(each -> each.file().equals(file))
                .map(Descriptor::fd)
                .toList();
    }

    /** Where a descriptor of the process stands; as {@link DescriptorInfo#read(Path, int, int)}. */
    public static Optional<DescriptorInfo> info(Path root, int pid, int fd) {
        return DescriptorInfo.read(root, pid, fd);
    }

    /** Whether a link of an fd folder names something that has a path: {@code pipe:[7]} and its like do not. */
    static boolean mayBeFile(Path link) throws IOException {
        return Files.readSymbolicLink(link).toString().startsWith("/");
    }

    /** Device and inode of what the path refers to, by stat(2). Opens nothing. */
    static FileKey key(Path path) throws IOException {
        Map<String, Object> status = Files.readAttributes(path, "unix:dev,ino", new LinkOption[0]);
        return new FileKey((Long) status.get("dev"), (Long) status.get("ino"));
    }
}
