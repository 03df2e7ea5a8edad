package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.Mount;
import java.util.Set;

/** Kinds of filesystems that are advised about alike. */
public enum FsKind {
    NFS,
    SMB,
    CEPH,
    PLAN9,
    VIRTIOFS,
    FUSE,
    /** On disks and in memory: a call on one of its files waits for no server. */
    LOCAL,
    /** Whatever else there is: not touched, nothing said. */
    OTHER;

    private static final Set<String> LOCAL_TYPES = Set.of(
            "bcachefs",
            "btrfs",
            "cgroup",
            "cgroup2",
            "configfs",
            "debugfs",
            "devpts",
            "devtmpfs",
            "erofs",
            "exfat",
            "ext2",
            "ext3",
            "ext4",
            "f2fs",
            "hugetlbfs",
            "iso9660",
            "jfs",
            "mqueue",
            "nilfs2",
            "ntfs3",
            "overlay",
            "proc",
            "ramfs",
            "reiserfs",
            "rootfs",
            "squashfs",
            "sysfs",
            "tmpfs",
            "tracefs",
            "udf",
            "vfat",
            "xfs",
            "zfs");

    public static FsKind of(Mount mount) {
        String type = mount.fsType();
        if (mount.isFuse()) {
            return FUSE;
        }
        return switch (type) {
            case "nfs", "nfs4" -> NFS;
            case "cifs", "smb3" -> SMB;
            case "ceph" -> CEPH;
            case "9p" -> PLAN9;
            case "virtiofs" -> VIRTIOFS;
            default -> LOCAL_TYPES.contains(type) ? LOCAL : OTHER;
        };
    }

    /** Each request crosses a network or a process, and there is something to say about it. */
    public boolean isAdvised() {
        return this != LOCAL && this != OTHER;
    }
}
