package dev.nowake.kernel;

import java.nio.file.Path;

/**
 * Mounts that one thread makes for itself (mount_namespaces(7)): nobody else sees them, and they go with the last thread and
 * process that has them, however those end. Needs CAP_SYS_ADMIN.
 */
public interface Mounts {
    /**
     * Gives the calling thread mounts of its own (unshare(2)): what it mounts from now on is seen by itself and by threads and
     * processes it starts, what others mount still reaches it. Only for threads that end soon after.
     *
     * @throws KernelException EPERM without the right; ENOSYS or EINVAL where the kernel has no namespaces
     */
    void separate() throws KernelException;

    /**
     * mount(2), read-only, without device files and set-user-id programs.
     *
     * @param source a device, or a file where the filesystem takes one (EROFS, Linux 6.12+)
     * @param options what the filesystem itself is told, comma-separated; may be empty
     * @throws KernelException ENOTBLK where the filesystem takes devices alone, EINVAL for what is no such filesystem or an
     *     option it does not know, ENODEV where the kernel has no such filesystem
     */
    void mount(Path source, Path target, String fsType, String options) throws KernelException;

    /** An empty filesystem in memory (tmpfs(5)), writable. */
    void mountMemory(Path target) throws KernelException;

    /** Shows a file or a folder at another place as well (MS_BIND); a folder without what is mounted below it. */
    void bind(Path source, Path target) throws KernelException;

    /**
     * umount2(2).
     *
     * @throws KernelException EBUSY while something on it is open; EINVAL where nothing is mounted there
     */
    void unmount(Path target) throws KernelException;
}
