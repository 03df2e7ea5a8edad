package dev.nowake.kernel;

/**
 * fanotify(7) groups of the permission classes: whoever does what a mark names is held back until the group answers. A
 * group that closes lets everybody through; a process that stops answering stops them all.
 */
public interface PermissionEvents {
    /** What a group can be asked about. */
    enum Kind {
        /** Opens ({@link PermissionGroup#OPEN}): any kernel with CONFIG_FANOTIFY_ACCESS_PERMISSIONS. */
        OPENS,
        /** Also what of a file is about to be read ({@link PermissionGroup#ACCESS}): 6.14+, on ext4, xfs and btrfs. */
        RANGES
    }

    /**
     * Opens a group. Needs CAP_SYS_ADMIN.
     *
     * @throws KernelException EPERM without the right, EINVAL where the kernel lacks the class, EMFILE at the limit of
     *     groups
     */
    PermissionGroup open(Kind kind) throws KernelException;

    /**
     * Takes a group over that another process holds (pidfd_getfd(2), 5.6+): its marks stand, and what waits goes on
     * waiting for an answer. Needs CAP_SYS_PTRACE.
     *
     * @param pid the process
     * @param fd its descriptor of the group
     * @throws KernelException ESRCH where the process is gone, EBADF where it has no such descriptor, EINVAL where that is
     *     no group, EPERM
     */
    PermissionGroup takeOver(int pid, int fd) throws KernelException;
}
