package dev.nowake.kernel;

/** Write leases (fcntl(2) F_SETLEASE) as a question: does anybody else have this file open or mapped? */
public interface Leases {
    /**
     * Takes a write lease on our only, read-only descriptor of the file and gives it back at once. True when somebody
     * else has the file open or mapped (EAGAIN), other descriptors of our own included unless dup(2)ed from this one.
     * For enforce mode only: an O_NONBLOCK opener may see EWOULDBLOCK in that instant.
     *
     * @throws KernelException where the filesystem has no leases (EINVAL, EOPNOTSUPP) or we may not (EACCES, EPERM)
     */
    boolean heldElsewhere(OpenFile file) throws KernelException;
}
