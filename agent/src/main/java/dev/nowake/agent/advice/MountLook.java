package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.FuseConnection;
import dev.nowake.kernel.proc.FuseServers;
import dev.nowake.kernel.proc.Mount;
import dev.nowake.kernel.proc.MountReadAhead;
import java.util.List;

/**
 * What is known of one mount.
 *
 * @param readAhead null where it is unknown
 * @param connection of a FUSE mount; null where it is none, or unknown
 * @param servers the processes that serve a FUSE mount; empty where they are unknown
 * @param opens what somebody has seen opens do to a file's pages there
 */
public record MountLook(
        Mount mount,
        FsKind kind,
        MountReadAhead readAhead,
        FuseConnection connection,
        List<FuseServers.Server> servers,
        Opens opens) {
    /** What an open does to a file's pages. */
    public enum Opens {
        UNKNOWN,
        KEEP_PAGES,
        DROP_PAGES,
        /** Reading leaves no pages at all. */
        CACHE_NOTHING
    }

    public MountLook {
        servers = List.copyOf(servers);
    }

    /** The same after somebody has looked. */
    public MountLook withOpens(Opens seen) {
        return new MountLook(mount, kind, readAhead, connection, servers, seen);
    }

    /** -1 where it is unknown. */
    public long readAheadBytes() {
        return readAhead == null ? -1 : readAhead.bytes();
    }
}
