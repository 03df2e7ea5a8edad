package dev.nowake.kernel;

import java.util.Arrays;

/** A file handle of name_to_handle_at(2) with its filesystem id: equal for the same folder, whatever its path. */
public final class FolderHandle {
    private final long fsid;
    private final int type;
    private final byte[] handle;
    private final int hash;

    public FolderHandle(long fsid, int type, byte[] handle) {
        this.fsid = fsid;
        this.type = type;
        this.handle = handle.clone();
        this.hash = Long.hashCode(fsid) * 31 * 31 + type * 31 + Arrays.hashCode(handle);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FolderHandle that
                && fsid == that.fsid
                && type == that.type
                && Arrays.equals(handle, that.handle);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
