package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
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

    /** Events handed out by one read, as the kernel's reader's buffer holds. */
    private static final int BATCH = 256;

    /** What makes two waiting events one: process, file, folder and name (null is the folder itself), and whether it is a folder. */
    private record Key(int pid, FakeInode inode, FakeInode folder, Path name, boolean onFolder, int serial) {}

    private static final class Waiting {
        long mask;
        Path path;
        Path shown;
    }

    private final FakeHost host;
    private final FileEvents.Naming naming;
    private final boolean merging;
    private final boolean withProcess;
    private final Map<Mark, Long> marks = new LinkedHashMap<>();
    private final Map<Key, Waiting> queue = new LinkedHashMap<>();
    private boolean overflowed;
    private boolean woken;
    private boolean closed;
    private int serial;

    FakeEventGroup(FakeHost host, FileEvents.Naming naming, boolean merging, boolean withProcess) {
        this.host = host;
        this.naming = naming;
        this.merging = merging;
        this.withProcess = withProcess;
    }

    @Override
    public void mark(Scope scope, Path path, long mask) throws KernelException {
        requireOpen("fanotify_mark");
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
        requireOpen("fanotify_mark");
        host.script.enter("fanotify_mark", path);
        synchronized (host.lock) {
            Mark mark = new Mark(scope, target(scope, host.fileSystem.find("fanotify_mark", path)));
            marks.computeIfPresent(mark, (any, old) -> (old & ~mask & ~FileEvent.ON_FOLDER) == 0 ? null : old & ~mask);
        }
    }

    @Override
    public boolean isMarked(Scope scope, Path path) throws KernelException {
        requireOpen("fanotify_mark");
        synchronized (host.lock) {
            try {
                return marks.containsKey(new Mark(scope, target(scope, host.fileSystem.find("fanotify_mark", path))));
            } catch (KernelException missing) {
                return false;
            }
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
            Path name = inode.folder ? null : path.getFileName();
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
            Path name = self ? null : path.getFileName();
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
        requireOpen("read");
        host.script.enter("read", null);
        Map<Key, Waiting> batch = new LinkedHashMap<>();
        boolean lost;
        synchronized (host.lock) {
            if (!await(timeoutMillis)) {
                return 0;
            }
            lost = takeInto(batch);
        }
        List<FileEvent> events = new ArrayList<>();
        try {
            batch.forEach((key, waiting) -> events.add(event(key, waiting)));
            if (lost) {
                events.add(new FileEvent(FileEvent.OVERFLOW, 0, null, null, null));
            }
            for (FileEvent event : events) {
                try (event) {
                    sink.accept(event);
                }
            }
            return events.size();
        } finally {
            // A sink that throws loses the rest, but no descriptor.
            events.forEach(FileEvent::close);
        }
    }

    private void requireOpen(String call) throws KernelException {
        synchronized (host.lock) {
            if (closed) {
                throw new KernelException(call, Errno.EBADF);
            }
        }
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

    /** Moves one buffer's worth out of the queue; true when it ends with the news that events were lost. */
    private boolean takeInto(Map<Key, Waiting> batch) {
        Iterator<Map.Entry<Key, Waiting>> first = queue.entrySet().iterator();
        while (first.hasNext() && batch.size() < BATCH) {
            Map.Entry<Key, Waiting> next = first.next();
            batch.put(next.getKey(), next.getValue());
            first.remove();
        }
        boolean lost = overflowed && queue.isEmpty();
        overflowed &= !lost;
        return lost;
    }

    private FileEvent event(Key key, Waiting waiting) {
        OpenFile process = withProcess ? processOf(key.pid) : null;
        if (naming == FileEvents.Naming.HANDLE_AND_NAME) {
            return new FileEvent(waiting.mask, key.pid, null, handle(key.folder), bytes(key.name), process);
        }
        return new FileEvent(waiting.mask, key.pid, openFor(key, waiting), null, null, process);
    }

    private static byte[] bytes(Path name) {
        return name == null ? new byte[] {'.'} : PathBytes.of(name);
    }

    private OpenFile processOf(int pid) {
        synchronized (host.lock) {
            FakeReader process = host.processes.get(pid);
            return process == null ? null : host.own(process);
        }
    }

    /**
     * Null where the open fails. Opening for an event is an open: where a mount drops pages at opens, it drops them, and
     * where it hangs (a hook that waits), the listener hangs.
     */
    private OpenFile openFor(Key key, Waiting waiting) {
        try {
            host.script.enter("fanotify_open", waiting.shown);
            synchronized (host.lock) {
                host.requireFreeDescriptor("fanotify_open");
                return host.own(host.open(
                        new FakeDescription(key.inode, waiting.path, waiting.shown, host.ownPid, false, true)));
            }
        } catch (KernelException e) {
            return null;
        }
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
