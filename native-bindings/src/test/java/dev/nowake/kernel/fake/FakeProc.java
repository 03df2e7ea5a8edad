package dev.nowake.kernel.fake;

import dev.nowake.kernel.proc.DeviceNumber;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The fake's processes as a tree that the readers of /proc understand. */
final class FakeProc {
    private static final int FIRST_DESCRIPTOR = 3;

    private FakeProc() {}

    static void write(Path root, List<FakeReader> processes) throws IOException {
        Path proc = root.resolve("proc");
        Files.createDirectories(proc);
        try (Stream<Path> old = Files.walk(proc)) {
            for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                if (path.startsWith(proc) && !path.equals(proc)) {
                    Files.delete(path);
                }
            }
        }
        for (FakeReader process : processes) {
            writeProcess(proc.resolve(Integer.toString(process.pid())), process);
        }
    }

    private static void writeProcess(Path folder, FakeReader process) throws IOException {
        Files.createDirectories(folder.resolve("fd"));
        Files.createDirectories(folder.resolve("fdinfo"));
        String stat = "%d (reader) S %d %d %d 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0 0%n";
        Files.writeString(
                folder.resolve("stat"),
                stat.formatted(
                        process.pid(), process.parent(), process.session(), process.session(), 1000 + process.pid()));
        int fd = FIRST_DESCRIPTOR;
        for (FakeHandle handle : process.handles()) {
            Files.createSymbolicLink(folder.resolve("fd/" + fd), handle.description.path);
            String info = "pos:\t%d\nflags:\t010000%d\nmnt_id:\t1\nino:\t%d\n";
            Files.writeString(
                    folder.resolve("fdinfo/" + fd),
                    info.formatted(
                            handle.positionBytes(),
                            handle.description.writable ? 1 : 0,
                            handle.description.inode.number));
            fd++;
        }
        StringBuilder maps = new StringBuilder();
        for (FakeMapping mapping : process.mappings()) {
            FakeInode inode = mapping.description.inode;
            long device = inode.mount.device();
            maps.append("%x-%x r--s %08x %02x:%02x %d %s%n"
                    .formatted(
                            mapping.address(),
                            mapping.address() + mapping.lengthBytes(),
                            mapping.offsetBytes(),
                            DeviceNumber.major(device),
                            DeviceNumber.minor(device),
                            inode.number,
                            mapping.description.path));
        }
        Files.writeString(folder.resolve("maps"), maps);
    }
}
