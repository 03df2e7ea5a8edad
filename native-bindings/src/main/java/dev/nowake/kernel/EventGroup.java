package dev.nowake.kernel;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * One fanotify group: marks, and a queue of events. {@link #read} belongs to one thread; marks may be set, and
 * {@link #wake} and {@link #close} called, from any.
 */
public interface EventGroup extends AutoCloseable {
    /** What a mark covers. */
    enum Scope {
        /** One inode: a file, or a folder's own events. */
        INODE,
        /** A folder and the files directly in it (FAN_EVENT_ON_CHILD). */
        DIRECTORY,
        MOUNT,
        FILESYSTEM
    }

    /**
     * Adds a mark. Marking twice widens the mask.
     *
     * @param mask bits of {@link FileEvent}
     * @throws KernelException ENOSPC at the limit of marks, ENOENT, EXDEV and ENODEV where the filesystem has no handles
     */
    void mark(Scope scope, Path path, long mask) throws KernelException;

    /** Removes a mark; one that is not there is no error. */
    void unmark(Scope scope, Path path, long mask) throws KernelException;

    /**
     * Whether there is a mark on it now; false also where there is no such path. A mark goes without a word when its
     * filesystem is unmounted, also where the same one is mounted again.
     */
    boolean isMarked(Scope scope, Path path) throws KernelException;

    /** The handle by which events of this group name a folder, for {@link FileEvent#folder}. HANDLE_AND_NAME only. */
    FolderHandle handleOf(Path folder) throws KernelException;

    /**
     * Waits for events and hands each to {@code sink} on the calling thread, in the queue's order. The sink owns what
     * {@link FileEvent#takeFile} gives it; a descriptor not taken is closed when the sink returns.
     *
     * @param timeoutMillis 0 polls, -1 waits without end
     * @return events delivered; 0 after the timeout or {@link #wake}
     */
    int read(int timeoutMillis, Consumer<FileEvent> sink) throws KernelException;

    /** Makes a waiting {@link #read} return. */
    void wake();

    /** Closes the group; all marks go with it. */
    @Override
    void close();
}
