package dev.nowake.agent.advice;

import dev.nowake.agent.observe.Amounts;
import dev.nowake.kernel.proc.Mount;
import java.util.List;

/** Requests smaller than they need be, and too few ways to send them. */
final class RequestAdvice {
    private static final long NFS_BYTES = 1L << 20;

    /** What the client asks for where it is let (mount.cifs(8)). */
    private static final long SMB_BYTES = 4L << 20;

    /** The most that fits the ring of the virtio transport: 125 pages. */
    private static final long PLAN9_BYTES = 512_000;

    /** What a request is without any option. */
    private static final long FUSE_BYTES = 128L << 10;

    private RequestAdvice() {}

    static void find(MountLook look, List<Finding> found) {
        Mount mount = look.mount();
        switch (look.kind()) {
            case NFS -> {
                size(
                        mount,
                        "rsize",
                        NFS_BYTES,
                        "; the server may allow less (/proc/fs/nfsd/max_block_size on Linux)",
                        found);
                connections(mount, found);
            }
            case SMB ->
                size(mount, "rsize", SMB_BYTES, "; the server may allow less ('smb2 max read' in Samba)", found);
            case PLAN9 -> size(mount, "msize", PLAN9_BYTES, "", found);
            case FUSE -> fuse(look, found);
            default -> {}
        }
    }

    private static void size(Mount mount, String option, long wanted, String limit, List<Finding> found) {
        long bytes = mount.numberOption(option);
        if (bytes > 0 && bytes < wanted) {
            found.add(new Finding(
                    FindingId.REQUEST_SIZE,
                    mount.mountPoint(),
                    option + "=" + bytes + " (" + Amounts.bytes(bytes) + ")",
                    effect(bytes, wanted),
                    Remount.with(mount, option + "=" + wanted) + limit));
        }
    }

    private static String effect(long bytes, long wanted) {
        return (wanted + bytes - 1) / bytes + " requests for what one of " + Amounts.bytes(wanted)
                + " brings, each with its share of latency and CPU";
    }

    private static void connections(Mount mount, List<Finding> found) {
        boolean tcp = mount.option("proto").orElse("").startsWith("tcp");
        if (tcp && mount.numberOption("nconnect") < 2) {
            found.add(new Finding(
                    FindingId.ONE_CONNECTION,
                    mount.mountPoint(),
                    "one TCP connection (no nconnect)",
                    "all requests share one flow and the CPU that serves it; networks of 25 Gbit/s and more, and clouds that "
                            + "limit each flow, give more to several",
                    Remount.with(mount, "nconnect=8") + "; all mounts of the server at once, the first decides"));
        }
    }

    private static void fuse(MountLook look, List<Finding> found) {
        long bytes = look.mount().numberOption("max_read");
        if (bytes <= 0 || bytes >= FUSE_BYTES) {
            return;
        }
        boolean sshfs = look.mount().fsType().equals("fuse.sshfs");
        found.add(new Finding(
                FindingId.REQUEST_SIZE,
                look.mount().mountPoint(),
                "max_read=" + bytes + " (" + Amounts.bytes(bytes) + ")",
                effect(bytes, NFS_BYTES),
                sshfs
                        ? "sshfs asks for no more than 64 KiB at once: mount the folder by NFS, or copy it first with nowake stage "
                                + ShellWord.of(look.mount().mountPoint()) + " DIR"
                        : Remount.server("-o max_read=" + NFS_BYTES + " (as far as it takes it)")));
    }
}
