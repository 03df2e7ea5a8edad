package dev.nowake.kernel;

/**
 * What statx(2) says of a file.
 *
 * @param device major and minor as the kernel's {@code dev_t} encodes them for user space (equals {@code st_dev})
 * @param mode file type and permission bits of {@code st_mode}
 * @param mtimeNanos modification time, nanoseconds since the epoch
 */
public record FileStatus(
        long device, long inode, int mode, long links, long sizeBytes, long allocatedBytes, long mtimeNanos, int uid) {
    private static final int TYPE_MASK = 0xF000;

    public boolean isRegular() {
        return (mode & TYPE_MASK) == 0x8000;
    }

    public boolean isDirectory() {
        return (mode & TYPE_MASK) == 0x4000;
    }
}
