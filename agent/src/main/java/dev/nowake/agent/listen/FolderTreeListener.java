package dev.nowake.agent.listen;

import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.PathBytes;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Hears files and folders come and go in the watched folders, so that new folders are watched and new models known. */
public final class FolderTreeListener implements AutoCloseable {
    private static final long CHANGES =
            FileEvent.CREATE | FileEvent.MOVED_TO | FileEvent.MOVED_FROM | FileEvent.DELETE | FileEvent.ON_FOLDER;

    private final EventGroup group;
    private final SightingSink sink;
    private final Map<FolderHandle, Path> folders = new ConcurrentHashMap<>();
    private final ListenerThread thread;

    public FolderTreeListener(Kernel kernel, SightingSink sink) throws KernelException {
        this.sink = sink;
        this.group = kernel.fileEvents().open(Naming.HANDLE_AND_NAME);
        this.thread = new ListenerThread("tree", group, () -> group.read(-1, this::take), sink);
    }

    public void watch(Path folder) throws KernelException {
        folders.put(group.handleOf(folder), folder);
        group.mark(EventGroup.Scope.DIRECTORY, folder, CHANGES);
    }

    /** Takes the folder's mark away; what was heard already may still be told. */
    public void unwatch(Path folder) throws KernelException {
        group.unmark(EventGroup.Scope.DIRECTORY, folder, CHANGES);
        folders.values().remove(folder);
    }

    public void start() {
        thread.start();
    }

    private void take(FileEvent event) {
        if (event.isOverflow()) {
            sink.overflowed();
            return;
        }
        Path folder = event.folder() == null ? null : folders.get(event.folder());
        if (folder != null) {
            try {
                changed(folder, event);
            } catch (RuntimeException failed) { // costs this event, not the rest of its batch
                sink.failed("handling a folder's change", failed);
            }
        }
    }

    private void changed(Path folder, FileEvent event) {
        long gone = FileEvent.DELETE | FileEvent.MOVED_FROM;
        if (event.has(gone) && event.has(FileEvent.ON_FOLDER) && event.name() != null) {
            sink.folderGone(folder.resolve(PathBytes.path(event.name())));
        }
        sink.folderChanged(folder);
    }

    @Override
    public void close() {
        thread.close();
    }
}
