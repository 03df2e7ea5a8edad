package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup.Scope;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.KernelException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The marks of one fanotify group of the fake: which may be set, and which events they ask for. The host's lock is held. */
final class FakeMarks {
    static final long SELF_EVENTS = FileEvent.DELETE_SELF | FileEvent.MOVE_SELF;
    private static final long NAME_EVENTS =
            FileEvent.CREATE | FileEvent.DELETE | FileEvent.MOVED_FROM | FileEvent.MOVED_TO;

    private record Mark(Scope scope, FakeInode target) {}

    private final FakeHost host;
    private final FileEvents.Naming naming;
    private final Map<Mark, Long> marks = new LinkedHashMap<>();

    FakeMarks(FakeHost host, FileEvents.Naming naming) {
        this.host = host;
        this.naming = naming;
    }

    void add(Scope scope, Path path, long mask) throws KernelException {
        Mark mark = new Mark(scope, target(scope, markable(scope, path, mask)));
        if (!marks.containsKey(mark) && marks.size() >= host.markLimit) {
            throw new KernelException("fanotify_mark", Errno.ENOSPC);
        }
        marks.merge(mark, mask, (a, b) -> a | b);
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

    private Mark find(Scope scope, Path path) throws KernelException {
        return new Mark(scope, target(scope, host.fileSystem.find("fanotify_mark", path)));
    }

    void remove(Scope scope, Path path, long mask) throws KernelException {
        marks.computeIfPresent(
                find(scope, path), (any, old) -> (old & ~mask & ~FileEvent.ON_FOLDER) == 0 ? null : old & ~mask);
    }

    boolean has(Scope scope, Path path) {
        try {
            return marks.containsKey(find(scope, path));
        } catch (KernelException missing) {
            return false;
        }
    }

    void clear() {
        marks.clear();
    }

    /** Whether what was done to this file or folder, in this folder, is to be told. */
    boolean want(long bit, FakeInode inode, FakeInode parent) {
        boolean wanted = false;
        for (Map.Entry<Mark, Long> entry : marks.entrySet()) {
            FakeInode target = entry.getKey().target();
            boolean covers = switch (entry.getKey().scope()) {
                case INODE -> target == inode;
                case DIRECTORY -> target == inode || target == parent;
                case MOUNT, FILESYSTEM -> target.mount.device() == inode.mount.device();
            };
            wanted |= covers && asks(entry.getValue(), bit, inode);
        }
        return wanted;
    }

    /** Whether a name that came or went is to be told; {@code marked}: the folder it did so in, or the file itself. */
    boolean wantName(long bit, FakeInode inode, FakeInode marked) {
        boolean wanted = false;
        for (Map.Entry<Mark, Long> entry : marks.entrySet()) {
            FakeInode target = entry.getKey().target();
            boolean wide = entry.getKey().scope() == Scope.FILESYSTEM && target.mount.device() == inode.mount.device();
            wanted |= (wide || target == marked) && asks(entry.getValue(), bit, inode);
        }
        return wanted;
    }

    private static boolean asks(long mask, long bit, FakeInode inode) {
        return (mask & bit) != 0 && (!inode.folder || (mask & FileEvent.ON_FOLDER) != 0);
    }
}
