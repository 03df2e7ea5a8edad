package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** One fanotify group of the fake: events of one process about one file merge while they wait; beyond the limit they go. */
final class FakeEventGroup implements EventGroup {
    private static final long NAME_EVENTS =
            FileEvent.CREATE | FileEvent.DELETE | FileEvent.MOVED_FROM | FileEvent.MOVED_TO;
    private static final long SELF_EVENTS = FileEvent.DELETE_SELF | FileEvent.MOVE_SELF;

    private record Mark(Scope scope, FakeInode target) {}

    /** What makes two waiting events one: process, file, folder and name, and whether it is a folder. */
    private record Key(int pid, FakeInode inode, FakeInode folder, String name, boolean onFolder, int serial) {}

    private static final class Waiting {
        long mask;
        Path path;
        Path shown;
    }

    private final FakeHost host;
    private final FileEvents.Naming naming;
    private final boolean merging;
    private final Map<Mark, Long> marks = new LinkedHashMap<>();
    private final Map<Key, Waiting> queue = new LinkedHashMap<>();
    private boolean overflowed;
    private boolean woken;
    private boolean closed;
    private int serial;

    FakeEventGroup(FakeHost host, FileEvents.Naming naming, boolean merging) {
        this.host = host;
        this.naming = naming;
        this.merging = merging;
    }

    @Override
    public void mark(Scope scope, Path path, long mask) throws KernelException {
        host.script.enter("fanotify_mark", path);
        synchronized (host.lock) {
            FakeInode inode = markable(scope, path, mask);
            Mark mark = new Mark(scope, target(scope, inode));
            if (!marks.containsKey(mark) && marks.size() >= host.markLimit) {
                throw new KernelException("fanotify_mark", Errno.ENOSPC);
            }
            marks.merge(mark, mask, (a, b) -> a | b);
        }
    }

    private FakeInode markable(Scope scope, Path path, long mask) throws KernelException {
        if (closed) {
            throw new KernelException("fanotify_mark", Errno.EBADF);
        }
        boolean names = naming == FileEvents.Naming.HANDLE_AND_NAME;
        boolean nameBits = (mask & (NAME_EVENTS | SELF_EVENTS)) != 0;
        if ((mask & ~FileEvent.ON_FOLDER) == 0 || nameBits && (!names || scope == Scope.MOUNT)) {
            throw new KernelException("fanotify_mark", Errno.EINVAL);
        }
        FakeInode inode = host.fileSystem.find("fanotify_mark", path);
        if (scope == Scope.DIRECTORY && !inode.folder) {
            throw new KernelException("fanotify_mark", Errno.ENOTDIR);
        }
        if (names && (scope == Scope.MOUNT || scope == Scope.FILESYSTEM)) {
            if (inode.mount.isFuse()) {
                throw new KernelException("fanotify_mark", Errno.ENODEV);
            }
            if (inode.mount.fsType().equals("overlay")) {
                throw new KernelException("fanotify_mark", Errno.EOPNOTSUPP);
            }
        }
        return inode;
    }

    /** Marks on mounts and filesystems are one, whatever path they were set by. */
    private FakeInode target(Scope scope, FakeInode inode) {
        boolean wide = scope == Scope.MOUNT || scope == Scope.FILESYSTEM;
        return wide ? host.fileSystem.at(inode.mount.mountPoint()) : inode;
    }

    @Override
    public void unmark(Scope scope, Path path, long mask) throws KernelException {
        host.script.enter("fanotify_mark", path);
        synchronized (host.lock) {
            Mark mark = new Mark(scope, target(scope, host.fileSystem.find("fanotify_mark", path)));
            marks.computeIfPresent(mark, (any, old) -> (old & ~mask & ~FileEvent.ON_FOLDER) == 0 ? null : old & ~mask);
        }
    }

    @Override
    public FolderHandle handleOf(Path folder) throws KernelException {
        host.script.enter("name_to_handle_at", folder);
        synchronized (host.lock) {
            return handle(host.fileSystem.find("name_to_handle_at", folder));
        }
    }

    private static FolderHandle handle(FakeInode inode) {
        byte[] bytes = ByteBuffer.allocate(8).putLong(inode.number).array();
        return new FolderHandle(inode.mount.device(), 1, bytes);
    }

    /** Something was done to a file or folder. Lock held. */
    void offer(long bit, FakeInode inode, FakeInode parent, Path path, Path shown, int pid) {
        boolean wanted = false;
        for (Map.Entry<Mark, Long> entry : marks.entrySet()) {
            FakeInode target = entry.getKey().target();
            boolean covers = switch (entry.getKey().scope()) {
                case INODE -> target == inode;
                case DIRECTORY -> target == inode || target == parent;
                case MOUNT, FILESYSTEM -> target.mount.device() == inode.mount.device();
            };
            long mask = entry.getValue();
            wanted |= covers && (mask & bit) != 0 && (!inode.folder || (mask & FileEvent.ON_FOLDER) != 0);
        }
        if (wanted) {
            FakeInode folder = inode.folder || parent == null ? inode : parent;
            String name = inode.folder ? "." : path.getFileName().toString();
            add(bit, new Key(pid, inode, folder, name, inode.folder, 0), path, shown);
        }
    }

    /** A name came or went in a folder. Lock held. */
    void offerName(long bit, FakeInode inode, FakeInode parent, Path path, int pid) {
        boolean self = (bit & SELF_EVENTS) != 0;
        boolean wanted = false;
        for (Map.Entry<Mark, Long> entry : marks.entrySet()) {
            FakeInode target = entry.getKey().target();
            boolean wide = entry.getKey().scope() == Scope.FILESYSTEM && target.mount.device() == inode.mount.device();
            boolean covers = wide || target == (self ? inode : parent);
            long mask = entry.getValue();
            wanted |= covers && (mask & bit) != 0 && (!inode.folder || (mask & FileEvent.ON_FOLDER) != 0);
        }
        if (wanted) {
            String name = self ? "." : path.getFileName().toString();
            add(bit, new Key(pid, inode, self ? inode : parent, name, inode.folder, 0), path, path);
        }
    }

    private void add(long bit, Key event, Path path, Path shown) {
        if (queue.size() >= host.queueLimit) {
            overflowed = true;
        } else {
            Key key = merging
                    ? event
                    : new Key(event.pid, event.inode, event.folder, event.name, event.onFolder, ++serial);
            Waiting waiting = queue.computeIfAbsent(key, any -> new Waiting());
            waiting.mask |= bit | (event.onFolder ? FileEvent.ON_FOLDER : 0);
            waiting.path = path;
            waiting.shown = shown;
        }
        host.lock.notifyAll();
    }

    @Override
    public int read(int timeoutMillis, Consumer<FileEvent> sink) throws KernelException {
        host.script.enter("read", null);
        List<FileEvent> batch;
        synchronized (host.lock) {
            if (!await(timeoutMillis)) {
                return 0;
            }
            batch = take();
        }
        int delivered = 0;
        try {
            for (FileEvent event : batch) {
                try (event) {
                    delivered++;
                    sink.accept(event);
                }
            }
        } finally {
            // A sink that throws loses the rest, but no descriptor.
            batch.forEach(FileEvent::close);
        }
        return delivered;
    }

    /** False after the timeout, a wake or the close. */
    private boolean await(int timeoutMillis) throws KernelException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        while (queue.isEmpty() && !overflowed && !woken && !closed) {
            long left = (deadline - System.nanoTime() + 999_999) / 1_000_000;
            if (timeoutMillis >= 0 && left <= 0) {
                return false;
            }
            try {
                host.lock.wait(timeoutMillis < 0 ? 0 : left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KernelException("read", Errno.EINTR);
            }
        }
        boolean stop = woken || closed;
        woken = false;
        return !stop;
    }

    private List<FileEvent> take() {
        List<FileEvent> batch = new ArrayList<>();
        queue.forEach((key, waiting) -> batch.add(event(key, waiting)));
        queue.clear();
        if (overflowed) {
            batch.add(new FileEvent(FileEvent.OVERFLOW, 0, null, null, null));
            overflowed = false;
        }
        return batch;
    }

    private FileEvent event(Key key, Waiting waiting) {
        if (naming == FileEvents.Naming.HANDLE_AND_NAME) {
            byte[] name = key.name.getBytes(StandardCharsets.UTF_8);
            return new FileEvent(waiting.mask, key.pid, null, handle(key.folder), name);
        }
        return new FileEvent(waiting.mask, key.pid, openFor(key, waiting), null, null);
    }

    /** Null where the open fails. Opening for an event is an open: where a mount drops pages at opens, it drops them. */
    private OpenFile openFor(Key key, Waiting waiting) {
        try {
            host.script.enter("fanotify_open", waiting.shown);
            host.requireFreeDescriptor("fanotify_open");
        } catch (KernelException e) {
            return null;
        }
        FakeDescription description =
                new FakeDescription(key.inode, waiting.path, waiting.shown, host.ownPid, false, true);
        return host.own(host.open(description));
    }

    @Override
    public void wake() {
        synchronized (host.lock) {
            woken = true;
            host.lock.notifyAll();
        }
    }

    @Override
    public void close() {
        synchronized (host.lock) {
            closed = true;
            marks.clear();
            queue.clear();
            host.groups.remove(this);
            host.lock.notifyAll();
        }
    }
}
