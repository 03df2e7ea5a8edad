package dev.nowake.agent.mirror.fill;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** The files that are open to be filled, each from its first piece until shortly after the last. */
final class OpenFiles {
    /** A reader that goes on within this time finds the file open; a remote is unmounted a second after its last piece. */
    static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ReentrantLock lock;
    private final FillSettings settings;
    private final List<FileFill> open = new ArrayList<>();

    OpenFiles(ReentrantLock lock, FillSettings settings) {
        this.lock = lock;
        this.settings = settings;
    }

    /** Null where the caller is to open it. */
    OpenEnds use(FileFill file) {
        lock.lock();
        try {
            if (file.ends != null) {
                file.ends.use();
            }
            return file.ends;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The caller uses what it has opened; others may from now on. Where two have opened the file, because what was open before
     * was retired between them, both use the first's: the caller closes its own. Lock held.
     *
     * @return what the caller uses
     */
    OpenEnds opened(FileFill file, OpenEnds ends) {
        if (file.ends != null) {
            file.ends.use();
            return file.ends;
        }
        file.ends = ends;
        file.isForCourses = ends.isForCourses();
        open.add(file);
        return ends;
    }

    void leave(FileFill file, OpenEnds ends) {
        boolean last;
        lock.lock();
        try {
            file.usedNanos = System.nanoTime();
            last = ends.leave();
        } finally {
            lock.unlock();
        }
        if (last) {
            ends.close();
        }
    }

    /** The remote end the first stream opened, for the one stream that is to have it; null for others. */
    RemoteFile takeRemote(OpenEnds ends) {
        lock.lock();
        try {
            return ends.takeRemote();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody new uses these; the next piece opens the file anew. For one who uses them. */
    void retire(FileFill file, OpenEnds ends, boolean throughCache) {
        lock.lock();
        try {
            file.throughCache |= throughCache;
            ends.retire();
            remove(file, ends);
        } finally {
            lock.unlock();
        }
    }

    private void remove(FileFill file, OpenEnds ends) {
        if (file.ends == ends) {
            file.ends = null;
            open.remove(file);
        }
    }

    boolean isThroughCache(FileFill file) {
        lock.lock();
        try {
            return file.throughCache;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the remote file has the inode number it had when it was first open. */
    boolean isInode(FileFill file, long inode) {
        lock.lock();
        try {
            file.inode = file.inode == 0 ? inode : file.inode;
            return file.inode == inode;
        } finally {
            lock.unlock();
        }
    }

    /** One that has been quiet for long enough to be closed; null where there is none. Lock held. */
    Closing nextClosing(PieceBook book, long nowNanos) {
        for (FileFill file : open) {
            OpenEnds ends = file.ends;
            if (!ends.isUsed() && nowNanos - file.usedNanos >= QUIET_NANOS) {
                ends.retire();
                remove(file, ends);
                book.tidy(file);
                return new Closing(ends::close, settings, nowNanos);
            }
        }
        return null;
    }

    /** Until {@link #nextClosing} may have something; Long.MAX_VALUE where nothing is open. Lock held. */
    long waitNanos(long nowNanos) {
        long wait = Long.MAX_VALUE;
        for (FileFill file : open) {
            wait = Math.min(wait, Math.max(0, file.usedNanos + QUIET_NANOS - nowNanos));
        }
        return wait;
    }

    /** All that nobody uses, for the caller to close; what somebody uses is closed by him. Lock held. */
    List<OpenEnds> retireAll() {
        List<OpenEnds> unused = new ArrayList<>();
        for (FileFill file : List.copyOf(open)) {
            OpenEnds ends = file.ends;
            if (ends.retire()) {
                unused.add(ends);
            }
            remove(file, ends);
        }
        return unused;
    }
}
