package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * How far the kernel reads ahead on one mount, and where that can be changed while it is mounted.
 *
 * @param file {@code read_ahead_kb} of its backing device (Documentation/ABI/testing/sysfs-class-bdi): decimal, KiB
 * @param bytes what it says now
 */
public record MountReadAhead(Path file, long bytes) {
    /**
     * By the mount's device number where the kernel names the backing device after it (NFS, FUSE, virtiofs, disks). SMB, Ceph
     * and 9p number theirs as they come ({@code cifs-3}): then it is told only as long as there is one, and one filesystem of
     * that type. Empty where it is unknown.
     */
    public static Optional<MountReadAhead> read(Path root, Mount mount, MountInfo mounts) {
        Path folder = root.resolve("sys/class/bdi");
        String number = DeviceNumber.format(mount.device());
        if (mount.fsType().equals("fuseblk")) {
            // the plain number is the disk's own
            return read(folder, number + "-fuseblk");
        }
        return read(folder, number)
                .or(() -> numbered(folder, mount.fsType(), mounts).flatMap(name -> read(folder, name)));
    }

    private static Optional<String> numbered(Path folder, String fsType, MountInfo mounts) {
        TreeSet<Long> devices = new TreeSet<>();
        mounts.mounts().stream()
                .filter(each -> each.fsType().equals(fsType))
                .forEach(each -> devices.add(each.device()));
        String[] all = folder.toFile().list();
        List<String> names = all == null
                ? List.of()
                : Arrays.stream(all).filter(name -> isNumbered(name, fsType)).toList();
        return devices.size() == 1 && names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
    }

    private static boolean isNumbered(String name, String fsType) {
        return name.startsWith(fsType + "-") && ProcFile.number(name.substring(fsType.length() + 1)) >= 0;
    }

    private static Optional<MountReadAhead> read(Path folder, String name) {
        Path file = folder.resolve(name).resolve("read_ahead_kb");
        long kilobytes = ProcFile.number(ProcFile.text(file).strip());
        return kilobytes < 0
                ? Optional.empty()
                : Optional.of(new MountReadAhead(file, ProcFile.times(kilobytes, 1024)));
    }
}
