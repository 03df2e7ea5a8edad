package dev.nowake.agent.daemon;

import dev.nowake.agent.execute.MountTraits;
import dev.nowake.agent.identify.FolderOrder;
import dev.nowake.agent.listen.FilesystemListener;
import dev.nowake.agent.listen.FolderTreeListener;
import dev.nowake.agent.listen.SightingSink;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/**
 * The marks: every folder of every root, on the group of its filesystem. Where a filesystem takes no mark, it is known to be
 * deaf or silent, so that others look instead. Called from one thread at a time (the start, then the background thread).
 */
final class Watching implements AutoCloseable {
    /** Marks by name need handles and an id of the filesystem: FUSE and others have one only from Linux 6.8 on. */
    private static final Set<Errno> TAKES_NO_MARK = Set.of(Errno.ENODEV, Errno.EXDEV, Errno.EOPNOTSUPP, Errno.EINVAL);

    /** A folder as it was when it was listed last. */
    private record Listed(FileId id, long mtimeNanos) {}

    private final Parts parts;
    private final SightingSink sink;
    private final Map<Long, FilesystemListener> listeners = new ConcurrentHashMap<>();
    private final NavigableMap<Path, FileId> marked = new ConcurrentSkipListMap<>();
    private final Set<Long> deaf = ConcurrentHashMap.newKeySet();
    private final Set<Long> silent = ConcurrentHashMap.newKeySet();
    private final NavigableMap<Path, Listed> listed = new ConcurrentSkipListMap<>();
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
            FileId id = new FileId(status.device(), status.inode());
            if (!status.isDirectory() || isWatched(folder, id)) {
                return false;
            }
            hearUses(status.device(), folder);
            if (!hearsChanges(status.device(), folder)) {
                listed.put(folder, new Listed(id, status.mtimeNanos()));
            }
            marked.put(folder, id);
            return true;
        } catch (KernelException failed) {
            parts.counters().increment(Counter.ERRORS);
            parts.journal()
                    .line(LineKind.ERROR)
                    .path(folder)
                    .put("reason", "folder is not watched: " + failed.getMessage())
                    .log();
            return false;
        }
    }

    /** Whether the folder has its mark, as the one it was when it was listed. Any thread. */
    boolean isWatched(Path folder, FileId id) {
        return id.equals(marked.get(folder));
    }

    private void hearUses(long device, Path folder) throws KernelException {
        try {
            listener(device, folder).watch(folder);
        } catch (KernelException failed) {
            requireNoMark(failed);
            if (deaf.add(device)) {
                warn(folder, "the kernel tells no opens here, looking into /proc every 2 s instead", failed);
            }
        }
    }

    private boolean hearsChanges(long device, Path folder) throws KernelException {
        if (tree == null) {
            return false;
        }
        try {
            tree.watch(folder);
            return true;
        } catch (KernelException failed) {
            requireNoMark(failed);
            if (silent.add(device)) {
                warn(folder, "the kernel tells no new files here, looking at the folders every 2 s instead", failed);
            }
            return false;
        }
    }

    private static void requireNoMark(KernelException failed) throws KernelException {
        if (!TAKES_NO_MARK.contains(failed.errno())) {
            throw failed;
        }
    }

    private void warn(Path folder, String reason, KernelException failed) {
        parts.journal()
                .line(LineKind.WARNING)
                .path(folder)
                .put("reason", reason + ": " + failed.getMessage())
                .log();
    }

    /** Whether there are roots whose opens and closes raise no event. */
    boolean isDeafSomewhere() {
        return !deaf.isEmpty();
    }

    /** The folders whose changes raise no event and that have changed since the last look. They are to be watched again. */
    List<Path> changedSilently() {
        List<Path> changed = new ArrayList<>();
        for (Map.Entry<Path, Listed> entry : listed.entrySet()) {
            Path folder = entry.getKey();
            try {
                FileStatus status = parts.kernel().files().status(folder);
                Listed now = new Listed(new FileId(status.device(), status.inode()), status.mtimeNanos());
                if (!now.equals(entry.getValue())) {
                    listed.put(folder, now);
                    marked.remove(folder); // it may be another of the same number
                    changed.add(folder);
                }
            } catch (KernelException gone) {
                forget(folder);
            }
        }
        return changed;
    }

    /** The folder and all below it are gone, and their marks with them: new ones may have their paths and inode numbers. */
    void forget(Path folder) {
        FolderOrder.within(marked, folder).forEach(marked::remove);
        FolderOrder.within(listed, folder).forEach(listed::remove);
    }

    /** Unmarks all folders but these. What they raised until now may still be told. */
    void keepOnly(Set<Path> folders) {
        Map<Path, FileId> leaving = new HashMap<>(marked);
        leaving.keySet().removeAll(folders);
        leaving.keySet().forEach(marked::remove);
        listed.keySet().retainAll(folders);
        Set<FileId> wanted =
                new HashSet<>(marked.values()); // one folder may have two paths, by a bind mount: its mark is one
        leaving.forEach((folder, id) -> {
            if (!wanted.contains(id)) {
                unmark(folder, id);
            }
        });
    }

    private void unmark(Path folder, FileId id) {
        try {
            FileStatus status = parts.kernel().files().status(folder);
            if (!id.equals(new FileId(status.device(), status.inode()))) {
                return; // its mark has gone with it
            }
            FilesystemListener listener = listeners.get(id.device());
            if (listener != null && !deaf.contains(id.device())) {
                listener.unwatch(folder);
            }
            if (tree != null && !silent.contains(id.device())) {
                tree.unwatch(folder);
            }
        } catch (KernelException gone) {
            return; // no folder, no mark
        }
    }

    /** Whether the kernel tells of opens in this folder, or did until it was deleted or unmounted. */
    boolean hears(Path folder, long device) {
        FileId id = marked.get(folder);
        return id != null && id.device() == device && listeners.containsKey(device) && !deaf.contains(device);
    }

    /** Whether a folder it {@link #hears} has its mark yet: one that was made or mounted anew has none. */
    boolean isMarked(Path folder, long device) {
        try {
            return listeners.get(device).isWatched(folder);
        } catch (KernelException unknown) {
            return true;
        }
    }

    /** Ends the groups of filesystems no folder is marked on any more: another one may get their numbers. */
    void closeUnused() {
        Set<Long> used = marked.values().stream().map(FileId::device).collect(Collectors.toSet());
        for (Long device : List.copyOf(listeners.keySet())) {
            if (!used.contains(device)) {
                listeners.remove(device).close();
                deaf.remove(device);
                silent.remove(device);
                parts.mounts().forget(device);
            }
        }
    }

    /** One group and one thread per filesystem: an open that hangs on one must not deafen the others. */
    private FilesystemListener listener(long device, Path folder) throws KernelException {
        FilesystemListener listener = listeners.get(device);
        if (listener == null) {
            MountTraits traits = parts.mounts().learn(device, folder);
            parts.prefetcher().prepare(traits);
            Naming naming = traits.isFuse() ? Naming.HANDLE_AND_NAME : Naming.DESCRIPTOR;
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
