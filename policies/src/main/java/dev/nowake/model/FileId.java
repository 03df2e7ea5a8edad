package dev.nowake.model;

/** A file's identity: device and inode. A path is only a label. */
public record FileId(long device, long inode) {
    @Override
    public String toString() {
        return device + ":" + inode;
    }
}
