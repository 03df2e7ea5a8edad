package dev.nowake.kernel;

import java.io.IOException;
import java.util.List;

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

    /** What is done while nobody else has the file. */
    @FunctionalInterface
    interface Alone {
        void run() throws IOException;
    }

    /**
     * Takes a write lease on our only descriptor of the file, runs {@code action} and gives it back: an opener waits
     * meanwhile (at most {@code /proc/sys/fs/lease-break-time}, 45 s), one with O_NONBLOCK is refused. Nothing is run, and
     * false returned, when somebody else has the file open or mapped. An open of our own waits like any other, and so does
     * whoever takes a fanotify event about the file with a descriptor: the action must open no such file, nor wait for who
     * does.
     *
     * @throws KernelException as {@link #heldElsewhere}
     * @throws IOException what the action throws
     */
    default boolean whileAlone(OpenFile file, Alone action) throws IOException {
        return whileAlone(List.of(file), action) == null;
    }

    /**
     * The same with several files: nothing is run unless nobody else has any of them. The action may close some, whose leases
     * go with that.
     *
     * @return null where the action was run; else a file that somebody else has
     */
    OpenFile whileAlone(List<OpenFile> files, Alone action) throws IOException;

    /**
     * Within {@link #whileAlone}, of the same descriptor: whether still nobody is on his way to the file, neither waiting for
     * the lease nor held back before it by somebody's permission event. The lease is asked for once more, which shows both
     * (F_GETLEASE shows the first alone, measured on 6.18), and stays.
     *
     * <p>A descriptor learns when it is opened, and before it waits for a lease, which permission events it raises for ever.
     * So a mark that is to hold for all later descriptors is set first, and this asked then: who came before is seen.
     */
    boolean stillAlone(OpenFile file) throws KernelException;
}
