package dev.nowake.kernel.proc;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the kernel lets a FUSE server have at once, by {@code /sys/fs/fuse/connections/N}
 * (Documentation/filesystems/fuse.rst). Each figure is -1 where it cannot be read.
 *
 * @param folder with the files {@code max_background} and {@code congestion_threshold}, which root may write
 * @param maxBackground requests nobody waits for, read-ahead above all, that may be under way at once
 * @param congestionThreshold from how many of these on the kernel holds read-ahead back
 * @param waiting requests of any kind that are unanswered now
 */
public record FuseConnection(Path folder, long maxBackground, long congestionThreshold, long waiting) {
    /** Empty where fusectl is not mounted there, or the device is no FUSE connection's. */
    public static Optional<FuseConnection> read(Path root, long device) {
        Path folder = root.resolve("sys/fs/fuse/connections/" + number(device));
        if (!folder.toFile().isDirectory()) {
            return Optional.empty();
        }
        return Optional.of(new FuseConnection(
                folder,
                number(folder, "max_background"),
                number(folder, "congestion_threshold"),
                number(folder, "waiting")));
    }

    /** What the kernel calls the connection of a mount with this {@code st_dev}: its own dev_t, of 12 bits and 20. */
    static long number(long device) {
        return (DeviceNumber.major(device) & 0xfffL) << 20 | DeviceNumber.minor(device) & 0xf_ffffL;
    }

    private static long number(Path folder, String name) {
        return ProcFile.number(ProcFile.unseekable(folder.resolve(name)).strip());
    }
}
