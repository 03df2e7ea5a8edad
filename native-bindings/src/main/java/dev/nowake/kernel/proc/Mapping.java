package dev.nowake.kernel.proc;

import java.util.Optional;

/**
 * One mapping of a process, as {@code /proc/PID/maps} (proc_pid_maps(5)) lists it.
 *
 * @param endAddress exclusive; compare addresses unsigned
 * @param permissions such as {@code r--p}
 * @param device of the filesystem: equals {@code st_dev} on ext4, xfs and FUSE, but not on btrfs (its subvolumes have
 *     devices of their own) and not through overlayfs on older kernels (the layer's)
 * @param inode 0 for memory without a file
 * @param path empty where there is none; the kernel's " (deleted)" is kept
 */
public record Mapping(
        long startAddress,
        long endAddress,
        String permissions,
        long offsetBytes,
        long device,
        long inode,
        String path) {
    public long lengthBytes() {
        return endAddress - startAddress;
    }

    public boolean isShared() {
        return permissions.length() > 3 && permissions.charAt(3) == 's';
    }

    /** Reads one line; empty where it is none. */
    static Optional<Mapping> parse(String line) {
        String[] parts = line.split(" +", 6);
        int dash = parts[0].indexOf('-');
        if (parts.length < 5 || dash < 0 || parts[1].length() != 4) {
            return Optional.empty();
        }
        try {
            long start = Long.parseUnsignedLong(parts[0].substring(0, dash), 16);
            long end = Long.parseUnsignedLong(parts[0].substring(dash + 1), 16);
            long offset = Long.parseUnsignedLong(parts[2], 16);
            long device = DeviceNumber.parse(parts[3], 16);
            long inode = Long.parseUnsignedLong(parts[4], 10);
            if (device < 0 || Long.compareUnsigned(start, end) > 0) {
                return Optional.empty();
            }
            String path = parts.length > 5 ? ProcFile.name(parts[5]) : "";
            return Optional.of(new Mapping(start, end, parts[1], offset, device, inode, path));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
