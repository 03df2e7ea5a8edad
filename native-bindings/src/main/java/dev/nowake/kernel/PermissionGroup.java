package dev.nowake.kernel;

import java.io.IOException;

/**
 * One group of permission events. {@link #read} belongs to one thread; all else may be called from any. Own acts of this
 * process raise events as well, and who waits for them here waits for ever: answer them at once.
 */
public interface PermissionGroup extends AutoCloseable {
    /** FAN_OPEN_PERM: an open of a file. */
    long OPEN = 0x1_0000;
    /**
     * FAN_PRE_ACCESS: read, pread, sendfile, pwrite, fallocate, and once for the whole range at mmap. Not page faults,
     * read-ahead, lseek; not through descriptors that were opened while no such mark stood.
     */
    long ACCESS = 0x10_0000;

    /** Somebody waits. */
    interface Sink {
        /**
         * Must not wait for any other process, must not open a marked file, and must not throw.
         *
         * @param event the number by which {@link PermissionGroup#allow} and {@link PermissionGroup#deny} know it
         */
        void waiting(int event, Request request) throws KernelException;
    }

    /**
     * What somebody waits for.
     *
     * @param mask {@link #OPEN} or {@link #ACCESS}
     * @param pid the process; 0 where the kernel cannot say
     * @param offsetBytes where the access starts, a multiple of the page; 0 for an open
     * @param lengthBytes its length in pages; may reach beyond the file's end, and is 0 for an open
     */
    record Request(long mask, int pid, FileStatus file, long offsetBytes, long lengthBytes) {}

    /** Adds a mark to an open file. */
    void mark(OpenFile file, long mask) throws KernelException;

    /** Takes it away; one that is not there is no error. Who waits goes on waiting for an answer. */
    void unmark(OpenFile file, long mask) throws KernelException;

    /**
     * Waits for events and hands each to {@code sink} on the calling thread.
     *
     * @param timeoutMillis 0 polls, -1 waits without end
     * @param limit at most so many: each that is unanswered holds a descriptor
     * @return events delivered; 0 after the timeout or {@link #wake}
     */
    int read(int timeoutMillis, int limit, Sink sink) throws KernelException;

    /**
     * Lets the caller go on; by then this process has no descriptor of the file by this event any more. Answering what has been
     * answered, or a group that is closed, does nothing.
     */
    void allow(int event);

    /**
     * Makes the call fail.
     *
     * @param errno EPERM; from 6.14 also EIO, EBUSY, ETXTBSY, EAGAIN, ENOSPC or EDQUOT; what the kernel refuses becomes EPERM
     */
    void deny(int event, Errno errno);

    /**
     * For a group taken over: its last holder has read an event of this number and never answered it. To be called before
     * the first {@link #read}; no event read later is known by that number until this one is answered.
     */
    void inherit(int event);

    /**
     * For a group taken over: answers what its last holder had read under this number. Without {@link #inherit}, only
     * before the first {@link #read}: an event read later may bear the same one.
     *
     * @param errno null lets the caller go on; else as {@link #deny}
     * @return whether anybody waited under that number
     */
    boolean answerInherited(int event, Errno errno);

    /** Starts a program that has this group as its standard input: the group lives as long as it does. */
    Process lend(ProcessBuilder program) throws IOException;

    /** Makes a waiting {@link #read} return. */
    void wake();

    /**
     * Closes this process's descriptor of the group, as soon as no call of ours is at work with it. The last descriptor
     * gone lets everybody through.
     */
    @Override
    void close();

    /** As {@link #close}, and at once: for a group whose reader hangs. */
    void abandon();
}
