package dev.nowake.agent.advice;

import dev.nowake.agent.observe.Amounts;
import dev.nowake.kernel.proc.FuseConnection;
import dev.nowake.kernel.proc.Mount;
import java.util.List;
import java.util.Optional;

/** What only FUSE mounts have: limits of their connection, and whom they let in. */
final class FuseAdvice {
    /**
     * As many requests as prefetch has under way at most. On a server with 10 ms a request and 2 GB/s prefetch got 0.30 GB/s
     * with the kernel's own 12 and 0.92 to 1.38 with 64 (read-ahead of 128 KiB); with 8 MiB 1.06 and 1.43 to 1.67.
     */
    static final long WANTED_BACKGROUND = 64;

    /** The kernel's own share: from three quarters of the limit on it holds read-ahead back. */
    static final long WANTED_CONGESTION = WANTED_BACKGROUND * 3 / 4;

    /** A request's most, with the largest number of pages FUSE has without a sysctl: 256. */
    private static final long MOST_REQUEST_BYTES = 1L << 20;

    private FuseAdvice() {}

    static void find(MountLook look, HostFacts host, List<Finding> found) {
        if (look.kind() != FsKind.FUSE) {
            return;
        }
        Mount mount = look.mount();
        isPrivate(mount, host)
                .ifPresent(figure -> found.add(new Finding(
                        FindingId.FUSE_PRIVATE,
                        mount.mountPoint(),
                        figure,
                        "root and every other user are kept out: nowake can neither watch, prefetch nor release there, and loaders of "
                                + "other users cannot read it",
                        Remount.server("-o allow_other")
                                + "; a user who is not root needs the line user_allow_other in /etc/fuse.conf first")));
        background(look, found);
        look.servers().stream()
                .map(server -> new ServerOptions(server.arguments()).syncRead())
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(option -> found.add(new Finding(
                        FindingId.FUSE_SYNC_READ,
                        mount.mountPoint(),
                        option + " on its server's command line",
                        "the requests of one read-ahead go one after the other: one reader has one request under way, "
                                + Speeds.atMost(requestBytes(look)),
                        Remount.server("reads in parallel, without " + option))));
    }

    private static Optional<String> isPrivate(Mount mount, HostFacts host) {
        long owner = mount.numberOption("user_id");
        return owner > 0 && !mount.hasOption("allow_other") && !host.rootSeesAll()
                ? Optional.of("mounted by user " + owner + " without allow_other")
                : Optional.empty();
    }

    private static void background(MountLook look, List<Finding> found) {
        FuseConnection connection = look.connection();
        if (connection == null || connection.maxBackground() < 0 || connection.maxBackground() >= WANTED_BACKGROUND) {
            return;
        }
        long requests = connection.maxBackground();
        String congestion = connection.congestionThreshold() < 0
                ? ""
                : ", congestion_threshold " + connection.congestionThreshold();
        found.add(new Finding(
                FindingId.FUSE_BACKGROUND,
                look.mount().mountPoint(),
                "max_background " + requests + congestion,
                "no more than " + Amounts.of(requests, "request")
                        + " of read-ahead and prefetch under way, of all readers "
                        + "together: with " + Amounts.bytes(requestBytes(look)) + " each "
                        + Speeds.atMost(times(requests, requestBytes(look))),
                Fix.MAX_BACKGROUND.command(look.mount())));
    }

    /** Prefetch asks for twice the window; a request holds no more than the mount lets it. */
    private static long requestBytes(MountLook look) {
        long bytes = MOST_REQUEST_BYTES;
        long maxRead = look.mount().numberOption("max_read");
        if (maxRead > 0) {
            bytes = Math.min(bytes, maxRead);
        }
        if (look.readAheadBytes() > 0 && look.readAheadBytes() < bytes / 2) {
            bytes = 2 * look.readAheadBytes();
        }
        return bytes;
    }

    private static long times(long requests, long bytes) {
        return Math.max(0, Math.min(requests, Integer.MAX_VALUE)) * bytes;
    }
}
