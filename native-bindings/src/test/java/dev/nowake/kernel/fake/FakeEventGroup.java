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
    private final FakeMarks marks;
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
        this.marks = new FakeMarks(host, naming);
    }

    @Override
    public void mark(Scope scope, Path path, long mask) throws KernelException {
        requireOpen("fanotify_mark");
        host.script.enter("fanotify_mark", path);
        synchronized (host.lock) {
            marks.add(scope, path, mask);
        }
    }

    @Override
    public void unmark(Scope scope, Path path, long mask) throws KernelException {
        requireOpen("fanotify_mark");
        host.script.enter("fanotify_mark", path);
        synchronized (host.lock) {
            marks.remove(scope, path, mask);
        }
    }

    @Override
    public boolean isMarked(Scope scope, Path path) throws KernelException {
        requireOpen("fanotify_mark");
        synchronized (host.lock) {
            return marks.has(scope, path);
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
        if (marks.want(bit, inode, parent)) {
            FakeInode folder = inode.folder || parent == null ? inode : parent;
            Path name = inode.folder ? null : path.getFileName();
            add(bit, new Key(pid, inode, folder, name, inode.folder, 0), path, shown);
        }
    }

    /** A name came or went in a folder. Lock held. */
    void offerName(long bit, FakeInode inode, FakeInode parent, Path path, int pid) {
        boolean self = (bit & FakeMarks.SELF_EVENTS) != 0;
        if (marks.wantName(bit, inode, self ? inode : parent)) {
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
