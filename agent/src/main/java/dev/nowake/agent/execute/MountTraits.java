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
 * @param descriptors of one file while it is fetched, its owner's included: each has a read-ahead state of its own
 */
public record MountTraits(
        long device,
        String fsType,
        long readAheadBytes,
        boolean remote,
        Mechanism mechanism,
        int streams,
        long chunkBytes,
        int descriptors) {
    private static final long MIB = 1L << 20;

    /** What the kernel uses where nothing says otherwise (VM_READAHEAD_PAGES). */
    static final long DEFAULT_READ_AHEAD_BYTES = 128 << 10;

    /**
     * 8 MiB, moved by sendfile. Four streams of it: 2.42 GB/s from a disk that gives O_DIRECT 2.50 and one stream of sendfile
     * 2.01 (medians of four quiet rounds on 2 CPUs); three of 32 MiB 2.32, six of 8 MiB 2.37, eight of 4 MiB 2.31. (Six more rounds, on a slower day of the same
     * disk: 2.11, O_DIRECT 2.33, all others 2.04 to 2.14.) While one
     * stream allocates pages the others keep the disk busy. The larger a chunk, the longer a cancel waits: four of these are
     * 0.2 s of a hard disk. Populating a mapping got 2.07 to 2.17, and where the window is 128 KiB 0.66 against 2.5: each
     * window is waited for.
     */
    private static final long LOCAL_CHUNK_BYTES = 8 * MIB;

    /** Four, and one more for every four CPUs up to eight: one thread moves some GB/s, which several drives exceed. */
    private static final int FEWEST_LOCAL_STREAMS = 4;

    private static final int CPUS_PER_LOCAL_STREAM = 4;

    private static final int MOST_LOCAL_STREAMS = 8;

    /**
     * Streams that share a descriptor share its read-ahead state, and each takes the other's place for a seek. With one each
     * 16 of 2 MiB got 2.48 GB/s where four of 8 MiB on one descriptor got 2.17 (medians of ten rounds in turns; 12 of 1 MiB
     * 2.48, 8 of 2 MiB 2.43; 8 of 2 MiB on one descriptor 2.12).
     */
    private static final int OWN_DESCRIPTOR_STREAMS = 16;

    private static final long OWN_DESCRIPTOR_CHUNK_BYTES = 2 * MIB;

    /**
     * 64 MiB in flight in chunks of 1 MiB. On a FUSE server with 10 ms a request and 2 GB/s, readahead in windows doubled
     * by FADV_SEQUENTIAL got 1.6 GB/s at 0.12 CPU seconds per GB; 64 threads of pread 0.8 at 0.36, 16 threads 0.33; half
     * in flight gets half where the server takes that much at once. With 2 ms and 1 GB/s everything from 16 on is the cap.
     */
    private static final int REMOTE_STREAMS = 64;

    private static final long REMOTE_CHUNK_BYTES = MIB;

    /** Remote filesystems whose readahead asks and returns. */
    private static final Set<String> ASYNCHRONOUS = Set.of("nfs", "nfs4", "cifs", "smb3", "ceph", "virtiofs", "lustre");

    /** Others: reading them on many threads works whatever they do. */
    private static final Set<String> REMOTE =
            Set.of("9p", "afs", "gpfs", "glusterfs", "beegfs", "orangefs", "pvfs2", "wekafs");

    private static final int READING_STREAMS = 32;

    public MountTraits {
        if (streams < 1 || chunkBytes < 4096 || readAheadBytes < 0 || descriptors < 1) {
            throw new IllegalArgumentException("not a way to read a mount: " + streams + " streams of " + chunkBytes
                    + " bytes, read-ahead " + readAheadBytes);
        }
    }

    /** Served by a process, which may hang; an open drops the file's pages on most such servers. */
    public boolean isFuse() {
        return Mount.isFuse(fsType);
    }

    /** With one descriptor of each file. */
    public MountTraits(
            long device,
            String fsType,
            long readAheadBytes,
            boolean remote,
            Mechanism mechanism,
            int streams,
            long chunkBytes) {
        this(device, fsType, readAheadBytes, remote, mechanism, streams, chunkBytes, 1);
    }

    /** The way that was measured best for this kind of filesystem; {@code readAheadBytes} 0 where it is unknown. */
    public static MountTraits of(long device, String fsType, long readAheadBytes) {
        long window = readAheadBytes > 0 ? readAheadBytes : DEFAULT_READ_AHEAD_BYTES;
        if (ASYNCHRONOUS.contains(fsType) || Mount.isFuse(fsType)) {
            return new MountTraits(
                    device, fsType, window, true, Mechanism.READAHEAD, REMOTE_STREAMS, REMOTE_CHUNK_BYTES);
        }
        if (REMOTE.contains(fsType)) {
            return new MountTraits(
                    device, fsType, window, true, Mechanism.READ_THROUGH, READING_STREAMS, REMOTE_CHUNK_BYTES);
        }
        int cpus = Runtime.getRuntime().availableProcessors();
        int streams = Math.min(FEWEST_LOCAL_STREAMS + cpus / CPUS_PER_LOCAL_STREAM, MOST_LOCAL_STREAMS);
        return new MountTraits(device, fsType, window, false, Mechanism.SENDFILE, streams, LOCAL_CHUNK_BYTES);
    }

    /**
     * The same for whoever may have many descriptors of a file at once, as nobody who holds a lease may: local mounts are
     * read through one for each stream, in more and smaller streams.
     */
    public MountTraits withDescriptorPerStream() {
        if (remote) {
            return this;
        }
        return new MountTraits(
                device,
                fsType,
                readAheadBytes,
                false,
                mechanism,
                OWN_DESCRIPTOR_STREAMS,
                OWN_DESCRIPTOR_CHUNK_BYTES,
                OWN_DESCRIPTOR_STREAMS);
    }

    /** The same mount in order-0 pages, for a host without blocks for large folios. */
    public MountTraits inSinglePages() {
        return new MountTraits(
                device, fsType, readAheadBytes, remote, Mechanism.READAHEAD, streams, chunkBytes, descriptors);
    }

    /** The same for a mount out of mountinfo. */
    public static MountTraits of(Mount mount, long readAheadBytes) {
        return of(mount.device(), mount.fsType(), readAheadBytes);
    }
}
