package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** name_to_handle_at(2) and statfs(2): the handle by which fanotify names a folder. Neither opens it. */
final class FolderHandles {
    private static final int MAX_HANDLE_BYTES = 128;
    private static final int AT_SYMLINK_FOLLOW = 0x400;

    /** 6.5+: a handle to compare and not to open, which is what fanotify reports; some filesystems have no other. */
    private static final int AT_HANDLE_FID = 0x200;

    private static final int STATFS_FSID_OFFSET = 56;
    private static final int STATFS_BYTES = 120;

    private FolderHandles() {}

    static FolderHandle of(LibC libc, Path folder) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = Scratch.cString(arena, PathBytes.of(folder));
            MemorySegment handle = arena.allocate(8 + MAX_HANDLE_BYTES, 8);
            MemorySegment mountId = arena.allocate(JAVA_INT);
            long result = ask(libc, path, handle, mountId, AT_SYMLINK_FOLLOW | AT_HANDLE_FID);
            if (Outcome.is(result, Errno.EINVAL)) {
                result = ask(libc, path, handle, mountId, AT_SYMLINK_FOLLOW);
            }
            Outcome.orThrow("name_to_handle_at", result);
            MemorySegment statfs = arena.allocate(STATFS_BYTES, 8);
            Outcome.orThrow("statfs", libc.statfs(path.address(), statfs.address()));
            byte[] bytes = handle.asSlice(8, handle.get(JAVA_INT, 0)).toArray(JAVA_BYTE);
            return new FolderHandle(statfs.get(JAVA_LONG, STATFS_FSID_OFFSET), handle.get(JAVA_INT, 4), bytes);
        }
    }

    private static long ask(LibC libc, MemorySegment path, MemorySegment handle, MemorySegment mountId, int flags) {
        handle.set(JAVA_INT, 0, MAX_HANDLE_BYTES);
        return libc.nameToHandleAt(LibC.AT_FDCWD, path.address(), handle.address(), mountId.address(), flags);
    }
}
