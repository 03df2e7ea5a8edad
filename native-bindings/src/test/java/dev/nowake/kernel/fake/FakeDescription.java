package dev.nowake.kernel.fake;

import java.nio.file.Path;

/** An open file description: what descriptors, forked copies and mappings of one open() share. Guarded by the lock. */
final class FakeDescription {
    final FakeInode inode;
    final int pid;
    final boolean writable;
    /** An event's own descriptor: what is done through it raises no events. */
    final boolean silent;

    /** The name it was opened by, resolved; follows renames. */
    Path path;
    /** What the kernel shows instead where the opener saw another mount; else null. */
    final Path shownPath;

    int references = 1;
    boolean sequential;

    FakeDescription(FakeInode inode, Path path, Path shownPath, int pid, boolean writable, boolean silent) {
        this.inode = inode;
        this.path = path;
        this.shownPath = shownPath;
        this.pid = pid;
        this.writable = writable;
        this.silent = silent;
    }

    Path shown() {
        return shownPath == null ? path : shownPath;
    }
}
