package dev.nowake.agent.daemon;

import dev.nowake.agent.execute.MountTraits;
import dev.nowake.agent.listen.FilesystemListener;
import dev.nowake.agent.listen.FolderTreeListener;
import dev.nowake.agent.listen.SightingSink;
import dev.nowake.agent.observe.Counter;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The marks: every folder of every root, on the group of its filesystem. Called from one thread at a time (the start, then
 * the background thread).
 */
final class Watching implements AutoCloseable {
    private record Marked(Path folder, long device, long inode) {}

    private final Parts parts;
    private final SightingSink sink;
    private final Map<Long, FilesystemListener> listeners = new ConcurrentHashMap<>();
    private final Set<Marked> marked = ConcurrentHashMap.newKeySet();
    private final FolderTreeListener tree;

    /** Throws where fanotify cannot be had: EPERM without CAP_SYS_ADMIN. */
    Watching(Parts parts, SightingSink sink) throws KernelException {
        this.parts = parts;
        this.sink = sink;
        if (parts.kernel().features().has(Feature.FANOTIFY_NAMES)) {
            tree = new FolderTreeListener(parts.kernel(), sink);
            tree.start();
        } else {
            tree = null;
        }
    }

    /**
     * Marks a folder that is not marked yet; a failure is counted and journalled, and the others go on.
     *
     * @return whether it is marked now and was not before
     */
    boolean watch(Path folder) {
        try {
            FileStatus status = parts.kernel().files().status(folder);
            Marked mark = new Marked(folder, status.device(), status.inode());
            if (!status.isDirectory() || marked.contains(mark)) {
                return false;
            }
            listener(status.device(), folder).watch(folder);
            if (tree != null) {
                tree.watch(folder);
            }
            return marked.add(mark);
        } catch (KernelException failed) {
            parts.counters().increment(Counter.ERRORS);
            parts.journal()
                    .line("error")
                    .path(folder)
                    .put("reason", "folder is not watched: " + failed.getMessage())
                    .log();
            return false;
        }
    }

    /** The folder and all below it are gone, and their marks with them: new ones may have their paths and inode numbers. */
    void forget(Path folder) {
        marked.removeIf(mark -> mark.folder().startsWith(folder));
    }

    /** One group and one thread per filesystem: an open that hangs on one must not deafen the others. */
    private FilesystemListener listener(long device, Path folder) throws KernelException {
        FilesystemListener listener = listeners.get(device);
        if (listener == null) {
            MountTraits traits = parts.mounts().learn(device, folder);
            parts.prefetcher().prepare(traits);
            boolean fuse = traits.fsType().startsWith("fuse");
            Naming naming = fuse ? Naming.HANDLE_AND_NAME : Naming.DESCRIPTOR;
            listener = new FilesystemListener(
                    parts.kernel(), naming, sink, parts.claims(), parts.counters(), Long.toString(device));
            listeners.put(device, listener);
            listener.start();
        }
        return listener;
    }

    int folders() {
        return marked.size();
    }

    @Override
    public void close() {
        if (tree != null) {
            tree.close();
        }
        listeners.values().forEach(FilesystemListener::close);
    }
}
