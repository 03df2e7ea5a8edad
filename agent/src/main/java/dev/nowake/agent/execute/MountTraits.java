package dev.nowake.agent.execute;

import dev.nowake.kernel.Features;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.proc.Mount;
import java.util.Set;

/**
 * How one mount deserves to be read.
 *
 * @param device {@code st_dev} of its files; one pool of threads serves each
 * @param fsType as /proc/self/mountinfo names it, for example {@code ext4} or {@code fuse.sshfs}
 * @param readAheadBytes the most one advice populates; the rest of it is silently dropped
 * @param remote each request crosses a network or a user-space server: latency rules, only parallelism helps
 * @param streams chunks in flight at once
 * @param chunkBytes the largest chunk: what one cancel has to wait for
 */
public record MountTraits(
        long device,
        String fsType,
        long readAheadBytes,
        boolean remote,
        Mechanism mechanism,
        int streams,
        long chunkBytes) {
    private static final long MIB = 1L << 20;

    /** What the kernel uses where nothing says otherwise (VM_READAHEAD_PAGES). */
    static final long DEFAULT_READ_AHEAD_BYTES = 128 << 10;

    private static final Set<String> REMOTE = Set.of(
            "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "ceph",
            "9p",
            "afs",
            "lustre",
            "gpfs",
            "glusterfs",
            "virtiofs",
            "beegfs",
            "orangefs",
            "pvfs2",
            "wekafs");

    public MountTraits {
        if (streams < 1 || chunkBytes < 4096 || readAheadBytes < 0) {
            throw new IllegalArgumentException("not a way to read a mount: " + streams + " streams of " + chunkBytes
                    + " bytes, read-ahead " + readAheadBytes);
        }
    }

    /** The way that was measured best for this kind of filesystem. */
    public static MountTraits of(long device, String fsType, long readAheadBytes, Features features) {
        long readAhead = readAheadBytes > 0 ? readAheadBytes : DEFAULT_READ_AHEAD_BYTES;
        if (isRemote(fsType)) {
            return new MountTraits(device, fsType, readAhead, true, Mechanism.READ_THROUGH, 64, MIB);
        }
        Mechanism mechanism = features.has(Feature.POPULATE_READ) ? Mechanism.POPULATE : Mechanism.SENDFILE;
        return new MountTraits(device, fsType, readAhead, false, mechanism, 2, 8 * MIB);
    }

    /** As the other, for a mount out of mountinfo; {@code readAheadBytes} 0 where it is unknown. */
    public static MountTraits of(Mount mount, long readAheadBytes, Features features) {
        return of(mount.device(), mount.fsType(), readAheadBytes, features);
    }

    private static boolean isRemote(String fsType) {
        return REMOTE.contains(fsType)
                || fsType.equals("fuse")
                || fsType.equals("fuseblk")
                || fsType.startsWith("fuse.");
    }
}
