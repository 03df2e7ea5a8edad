package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The backing device of a filesystem, by its {@code st_dev}.
 *
 * @param readAheadBytes read_ahead_kb in bytes: what readahead(2) and fadvise(2) silently cut a request to
 */
public record BackingDevice(long device, long readAheadBytes) {
    public static Optional<BackingDevice> read(long device) {
        return read(ProcFile.HOST, device);
    }

    /**
     * Empty where the device is unknown: btrfs files (take {@link Mount#device} of their mount's source instead),
     * overlayfs. A partition's is its disk's.
     */
    public static Optional<BackingDevice> read(Path root, long device) {
        String name = DeviceNumber.format(device);
        long kilobytes = kilobytes(root.resolve("sys/class/bdi/" + name + "/read_ahead_kb"));
        if (kilobytes < 0) {
            // sys/dev/block/8:1 links into the partition's folder, whose parent is the disk's.
            kilobytes = kilobytes(root.resolve("sys/dev/block/" + name + "/../queue/read_ahead_kb"));
        }
        return kilobytes < 0
                ? Optional.empty()
                : Optional.of(new BackingDevice(device, ProcFile.times(kilobytes, 1024)));
    }

    private static long kilobytes(Path file) {
        return ProcFile.number(ProcFile.text(file).strip());
    }
}
