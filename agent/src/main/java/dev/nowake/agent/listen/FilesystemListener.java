package dev.nowake.agent.listen;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Listens to one filesystem: opens and closes of the files in its watched folders. With descriptors where an open is
 * harmless; by name on FUSE, where it would drop the file's pages.
 */
public final class FilesystemListener implements AutoCloseable {
    private static final long USES = FileEvent.OPEN | FileEvent.CLOSE_NOWRITE | FileEvent.CLOSE_WRITE;

    private final Kernel kernel;
    private final EventGroup group;
    private final Naming naming;
    private final SightingSink sink;
    private final FileClaims claims;
    private final Counters counters;
    private final int ownPid = Math.toIntExact(ProcessHandle.current().pid());
    private final Map<FolderHandle, Path> folders = new ConcurrentHashMap<>();
    private final ListenerThread thread;
    private FileId lastId;
    private long lastMask;
    private int lastPid;

    public FilesystemListener(
            Kernel kernel, Naming naming, SightingSink sink, FileClaims claims, Counters counters, String name)
            throws KernelException {
        this.kernel = kernel;
        this.naming = naming;
        this.sink = sink;
        this.claims = claims;
        this.counters = counters;
        this.group = kernel.fileEvents().open(naming);
        this.thread = new ListenerThread(name, group, this::read, sink);
    }

    /** Marks one folder. Marking it again is harmless. */
    public void watch(Path folder) throws KernelException {
        if (naming == Naming.HANDLE_AND_NAME) {
            folders.put(group.handleOf(folder), folder);
        }
        group.mark(EventGroup.Scope.DIRECTORY, folder, USES);
    }

    /** Takes the folder's mark away; what was heard already may still be told. */
    public void unwatch(Path folder) throws KernelException {
        group.unmark(EventGroup.Scope.DIRECTORY, folder, USES);
        folders.values().remove(folder);
    }

    /** Whether the folder at this path is marked now: a mark goes with its mount. */
    public boolean isWatched(Path folder) throws KernelException {
        return group.isMarked(EventGroup.Scope.DIRECTORY, folder);
    }

    public Naming naming() {
        return naming;
    }

    public void start() {
        thread.start();
    }

    private void read() throws KernelException {
        lastId = null;
        group.read(-1, this::take);
    }

    private void take(FileEvent event) {
        counters.increment(Counter.EVENTS);
        boolean unopened = naming == Naming.DESCRIPTOR && event.file() == null; // out of descriptors, most likely
        if (event.isOverflow() || unopened) {
            counters.increment(Counter.OVERFLOWS);
            sink.overflowed();
        } else if (event.pid() != ownPid) {
            try {
                sight(event);
            } catch (KernelException | RuntimeException failed) { // costs this event, not the rest of its batch
                sink.failed("looking at an opened file", failed);
            }
        }
    }

    private void sight(FileEvent event) throws KernelException {
        Path path = null;
        FileStatus status;
        if (event.file() != null) {
            status = kernel.files().status(event.file());
        } else {
            Path folder = event.folder() == null ? null : folders.get(event.folder());
            if (folder == null || event.name() == null) {
                return;
            }
            path = folder.resolve(PathBytes.path(event.name()));
            status = kernel.files().status(path);
        }
        FileId id = new FileId(status.device(), status.inode());
        if (!status.isRegular() || repeats(id, event) || !sink.wants(id, event.mask())) {
            return;
        }
        OpenFile file = event.file() != null && claims.claim(id) ? event.takeFile() : null;
        try {
            sink.seen(new Sighting(id, event.mask(), event.pid(), file, path, status, System.nanoTime()));
        } catch (RuntimeException refused) {
            if (file != null) {
                file.close();
                claims.release(id);
            }
            throw refused;
        }
    }

    /**
     * The same act by the same process on the same file, earlier in this batch. All events of a batch happened before it
     * was read, so whoever handles the first sees the state after the last.
     */
    private boolean repeats(FileId id, FileEvent event) {
        boolean same = id.equals(lastId) && event.mask() == lastMask && event.pid() == lastPid;
        lastId = id;
        lastMask = event.mask();
        lastPid = event.pid();
        if (same) {
            counters.increment(Counter.EVENTS_COALESCED);
        }
        return same;
    }

    @Override
    public void close() {
        thread.close();
    }
}
