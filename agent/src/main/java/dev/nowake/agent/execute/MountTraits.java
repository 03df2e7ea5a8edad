package dev.nowake.agent.execute;

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

    /**
     * Four read-ahead windows (the descriptor's are doubled), moved by sendfile: 2.4 GB/s at 0.02 CPU seconds per GB from a
     * disk whose window is 8 MiB, in folios so large that 2 GiB of them are dropped in 4 ms. In chunks of one window the
     * kernel's read-ahead starts anew each time, with small folios: 2.1 GB/s, 0.06, and 60 ms to drop. On a busy host
     * chunks of 32 MiB with doubled windows got 2.25 GB/s where 16 MiB with plain ones got 1.85. Longer ones gain nothing
     * and a cancel waits longer. Populating a mapping was never faster, and where the window is 128 KiB it was 0.66 GB/s
     * against 2.5: each window is waited for.
     */
    private static final int WINDOWS_PER_LOCAL_CHUNK = 4;

    private static final long SMALLEST_LOCAL_CHUNK_BYTES = 8 * MIB;

    /** 0.2 s of a hard disk. */
    private static final long LARGEST_LOCAL_CHUNK_BYTES = 32 * MIB;

    /**
     * One local stream for every four CPUs, four at most: two streams on 2 CPUs cost 5 % of 2.4 GB/s and half as much CPU
     * again, but one thread moves no more than some GB/s, which several drives together exceed.
     */
    private static final int CPUS_PER_LOCAL_STREAM = 4;

    private static final int MOST_LOCAL_STREAMS = 4;

    /**
     * 64 MiB in flight in chunks of 1 MiB. On a FUSE server with 10 ms a request and 2 GB/s, readahead in windows doubled
     * by FADV_SEQUENTIAL got 1.6 GB/s at 0.12 CPU seconds per GB; 64 threads of pread 0.8 at 0.36, 16 threads 0.33; half
     * in flight gets half where the server takes that much at once. With 2 ms and 1 GB/s everything from 16 on is the cap.
     */
    private static final int REMOTE_STREAMS = 64;

    private static final long REMOTE_CHUNK_BYTES = MIB;

    /** Remote filesystems whose readahead asks and returns. */
    private static final Set<String> ASYNCHRONOUS =
            Set.of("nfs", "nfs4", "cifs", "smb3", "ceph", "virtiofs", "lustre", "fuse", "fuseblk");

    /** Others: reading them on many threads works whatever they do. */
    private static final Set<String> REMOTE =
            Set.of("9p", "afs", "gpfs", "glusterfs", "beegfs", "orangefs", "pvfs2", "wekafs");

    private static final int READING_STREAMS = 32;

    public MountTraits {
        if (streams < 1 || chunkBytes < 4096 || readAheadBytes < 0) {
            throw new IllegalArgumentException("not a way to read a mount: " + streams + " streams of " + chunkBytes
                    + " bytes, read-ahead " + readAheadBytes);
        }
    }

    /** The way that was measured best for this kind of filesystem; {@code readAheadBytes} 0 where it is unknown. */
    public static MountTraits of(long device, String fsType, long readAheadBytes) {
        long window = readAheadBytes > 0 ? readAheadBytes : DEFAULT_READ_AHEAD_BYTES;
        if (ASYNCHRONOUS.contains(fsType) || fsType.startsWith("fuse.")) {
            return new MountTraits(
                    device, fsType, window, true, Mechanism.READAHEAD, REMOTE_STREAMS, REMOTE_CHUNK_BYTES);
        }
        if (REMOTE.contains(fsType)) {
            return new MountTraits(
                    device, fsType, window, true, Mechanism.READ_THROUGH, READING_STREAMS, REMOTE_CHUNK_BYTES);
        }
        int cpus = Runtime.getRuntime().availableProcessors();
        int streams = Math.clamp(cpus / CPUS_PER_LOCAL_STREAM, 1, MOST_LOCAL_STREAMS);
        long chunk =
                Math.clamp(window * WINDOWS_PER_LOCAL_CHUNK, SMALLEST_LOCAL_CHUNK_BYTES, LARGEST_LOCAL_CHUNK_BYTES);
        return new MountTraits(device, fsType, window, false, Mechanism.SENDFILE, streams, chunk);
    }

    /** The same mount in order-0 pages, for a host without blocks for large folios. */
    public MountTraits inSinglePages() {
        return new MountTraits(device, fsType, readAheadBytes, remote, Mechanism.READAHEAD, streams, chunkBytes);
    }

    /** The same for a mount out of mountinfo. */
    public static MountTraits of(Mount mount, long readAheadBytes) {
        return of(mount.device(), mount.fsType(), readAheadBytes);
    }
}
