package dev.nowake.kernel;

/** fanotify(7) groups in the notification class: events tell, they never hold an opener back. */
public interface FileEvents {
    /** How an event names its file. */
    enum Naming {
        /** Each event carries an open descriptor. Opens the file, so never on FUSE. */
        DESCRIPTOR,
        /** Each event carries its folder's file handle and a name (FAN_REPORT_DFID_NAME, 5.9+): opens nothing. */
        HANDLE_AND_NAME
    }

    /**
     * Opens a group. Needs CAP_SYS_ADMIN.
     *
     * @throws KernelException EPERM without the right, EINVAL or ENOSYS where the kernel lacks the mode, EMFILE at the
     *     limit of groups
     */
    EventGroup open(Naming naming) throws KernelException;

    /**
     * As {@link #open(Naming)}; with {@code withProcess} each event also carries a pidfd (FAN_REPORT_PIDFD, 5.15+), for
     * {@link FileEvent#takeProcess}.
     */
    default EventGroup open(Naming naming, boolean withProcess) throws KernelException {
        if (withProcess) {
            throw new KernelException("fanotify_init", Errno.EINVAL);
        }
        return open(naming);
    }
}
