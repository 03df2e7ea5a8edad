package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.execute.PassingRead;
import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.BulkFiles;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Brings one piece: reads what is missing of it, looks whether the remote file is still the one it was, writes, tells the
 * twin. For the streams; holds no state of its own.
 */
final class PieceFetcher {
    /** What became of a piece that did not fail. */
    enum Outcome {
        DONE,
        /** It is there, and whoever makes the file durable will say so. */
        HELD,
        /** The remote file must be opened again first. */
        ANEW
    }

    private static final int BLOCK_BYTES = FillSettings.BLOCK_BYTES;

    private final OpenFiles open;
    private final Outcomes outcomes;
    private final FillTally tally;
    private final FillParts parts;
    private final FillSettings settings;
    private final LocalWrites writes;

    PieceFetcher(Shared shared, Outcomes outcomes) {
        this.open = shared.open;
        this.outcomes = outcomes;
        this.tally = shared.tally;
        this.parts = shared.parts;
        this.settings = shared.settings;
        this.writes = new LocalWrites(parts);
    }

    Outcome fetch(Fetch fetch, Seat seat) throws Fault, Work.Abandoned {
        Twin twin = fetch.file().twin();
        RangeSet missing = twin.missing(fetch.range());
        if (missing.isEmpty()) {
            return Outcome.DONE;
        }
        if (twin.isOutdated()) {
            throw changed(twin, "is another file now");
        }
        writes.askForRoom(fetch, missing.bytes());
        OpenEnds ends = open.use(fetch.file());
        if (ends == null) {
            ends = outcomes.opened(fetch, open(fetch));
        }
        RemoteFile remote = null;
        try {
            remote = remote(fetch, seat, ends);
            return fetch(fetch, remote, ends.local(), missing, seat.buffer());
        } catch (KernelException refused) {
            if (mayBeginAnew(fetch, seat, ends, remote, refused)) {
                return Outcome.ANEW;
            }
            throw remoteFault(twin, refused);
        } finally {
            open.leave(fetch.file(), ends);
        }
    }

    /** The one of all streams, or this one's own. */
    private RemoteFile remote(Fetch fetch, Seat seat, OpenEnds ends) throws Fault, KernelException, Work.Abandoned {
        fetch.ask();
        seat.turnTo(ends);
        if (!ends.isForCourses()) {
            return ends.remote();
        }
        RemoteFile own = seat.own(ends);
        if (own == null) {
            own = open.takeRemote(ends);
            own = own == null ? openRemote(fetch) : own;
            seat.own(ends, own);
        }
        return own;
    }

    private Outcome fetch(Fetch fetch, RemoteFile remote, OpenFile local, RangeSet missing, ByteBuffer buffer)
            throws Fault, KernelException, Work.Abandoned {
        List<ByteRange> holes = new ArrayList<>();
        List<ByteRange> data = remote.isSparse() ? data(fetch, remote, missing, holes) : missing.ranges();
        boolean told = true;
        for (int i = 0; i < data.size(); i++) {
            ByteRange part = data.get(i);
            read(fetch, remote, part, buffer);
            requireSame(fetch, remote);
            fetch.enterLocal();
            writes.write(fetch, local, part.start(), buffer);
            told = outcomes.written(fetch, part, holes.isEmpty() && i == data.size() - 1);
            fetch.leaveLocal();
        }
        if (!holes.isEmpty()) {
            requireSame(fetch, remote);
            fetch.enterLocal();
            for (int i = 0; i < holes.size(); i++) {
                told = outcomes.written(fetch, holes.get(i), i == holes.size() - 1);
            }
            fetch.leaveLocal();
        }
        return told ? Outcome.DONE : Outcome.HELD;
    }

    /** The parts that hold data; the others go to {@code holes}. */
    private List<ByteRange> data(Fetch fetch, RemoteFile remote, RangeSet missing, List<ByteRange> holes)
            throws KernelException, Work.Abandoned {
        ByteRange range = fetch.range();
        fetch.ask();
        List<ByteRange> extents = new ArrayList<>();
        for (Extent extent : files().dataExtents(remote.file(), range.start(), range.lengthBytes())) {
            extents.add(ByteRange.ofLength(extent.offsetBytes(), extent.lengthBytes()));
        }
        RangeSet data = RangeSet.ofAll(extents);
        holes.addAll(missing.minus(data).ranges());
        return missing.intersect(data).ranges();
    }

    /** Leaves the part in the buffer, between its position and its limit. */
    private void read(Fetch fetch, RemoteFile remote, ByteRange part, ByteBuffer buffer)
            throws Fault, KernelException, Work.Abandoned {
        long from = part.start() / BLOCK_BYTES * BLOCK_BYTES;
        int wanted = (int) (part.end() - from);
        int asked = (wanted + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
        buffer.limit(asked).position(0);
        int got = remote.isDirect()
                ? readDirect(fetch, remote, from, wanted, buffer)
                : readPassing(fetch, remote, from, buffer);
        if (got < wanted) {
            throw changed(fetch.file().twin(), "has become shorter");
        }
        buffer.limit(wanted).position((int) (part.start() - from));
    }

    /** Bytes read; fewer than wanted where the file ends. */
    private int readDirect(Fetch fetch, RemoteFile remote, long from, int wanted, ByteBuffer buffer)
            throws KernelException, Work.Abandoned {
        int got = 0;
        int begun = -1;
        while (got < wanted) {
            if (got == begun) { // less than a block at a time: through page cache then
                throw new KernelException("pread", Errno.EINVAL);
            }
            begun = got;
            buffer.position(got);
            fetch.ask();
            int came = files().read(remote.file(), from + got, buffer, ReadMode.NORMAL);
            if (came == 0) {
                return got;
            }
            tally.fetchedBytes.add(came);
            got += came;
            if (got < wanted) {
                got = got / BLOCK_BYTES * BLOCK_BYTES;
            }
        }
        return got;
    }

    private int readPassing(Fetch fetch, RemoteFile remote, long from, ByteBuffer buffer)
            throws Fault, KernelException, Work.Abandoned {
        fetch.ask();
        try {
            remote.passing().readFully(buffer, from);
        } catch (KernelException refused) {
            throw refused;
        } catch (IOException refused) {
            String line = PathText.of(fetch.file().twin().remote()) + ": " + refused.getMessage();
            throw new Fault(FailureKind.REMOTE, line, refused);
        }
        tally.fetchedBytes.add(buffer.position());
        return buffer.position();
    }

    private OpenEnds open(Fetch fetch) throws Fault, Work.Abandoned {
        Twin twin = fetch.file().twin();
        RemoteFile remote = null;
        try {
            remote = openRemote(fetch);
            // Through page cache an open may drop what others have asked for.
            boolean isForCourses = remote.kind().isServed() && remote.isDirect();
            OpenEnds ends = new OpenEnds(remote, writes.open(twin, remote.status()), isForCourses);
            remote = null;
            return ends;
        } catch (KernelException refused) {
            throw remoteFault(twin, refused);
        } finally {
            if (remote != null) {
                remote.close();
            }
        }
    }

    private RemoteFile openRemote(Fetch fetch) throws Fault, KernelException, Work.Abandoned {
        Twin twin = fetch.file().twin();
        OpenFile remote = null;
        try {
            boolean direct = settings.pastPageCache() && !open.isThroughCache(fetch.file());
            if (direct) {
                remote = openDirect(fetch, twin);
                direct = remote != null;
            }
            if (remote == null) {
                fetch.ask();
                remote = files().open(twin.remote());
            }
            fetch.ask();
            FileStatus status = files().status(remote);
            RemoteKind kind = RemoteKind.of(status.device());
            requireSame(fetch, status, kind);
            RemoteFile opened = new RemoteFile(remote, status, kind, direct ? null : passing(fetch, remote));
            remote = null;
            return opened;
        } finally {
            if (remote != null) {
                remote.close();
            }
        }
    }

    /** Of the very file that was looked at: its name may be another's by now. */
    private PassingRead passing(Fetch fetch, OpenFile remote) throws Fault, KernelException, Work.Abandoned {
        fetch.ask();
        try {
            return PassingRead.of(parts.kernel(), remote);
        } catch (KernelException refused) {
            throw refused;
        } catch (IOException refused) {
            String line = PathText.of(fetch.file().twin().remote()) + ": " + refused.getMessage();
            throw new Fault(FailureKind.REMOTE, line, refused);
        }
    }

    /** Null where the filesystem does not know such reads. */
    private OpenFile openDirect(Fetch fetch, Twin twin) throws KernelException, Work.Abandoned {
        try {
            fetch.ask();
            return bulk().openDirect(twin.remote());
        } catch (KernelException refused) {
            if (refused.errno().equals(Errno.EINVAL) || refused.errno().equals(Errno.EOPNOTSUPP)) {
                return null;
            }
            throw refused;
        }
    }

    private void requireSame(Fetch fetch, RemoteFile remote) throws Fault, KernelException, Work.Abandoned {
        fetch.ask();
        requireSame(fetch, files().status(remote.file()), remote.kind());
    }

    private void requireSame(Fetch fetch, FileStatus now, RemoteKind kind)
            throws Fault, KernelException, Work.Abandoned {
        Twin twin = fetch.file().twin();
        Identity identity = twin.identity();
        if (!now.isRegular() || now.sizeBytes() != identity.sizeBytes()) {
            throw changed(twin, "has " + now.sizeBytes() + " bytes, and had " + identity.sizeBytes());
        }
        if (now.mtimeNanos() != identity.mtimeNanos()) {
            throw changed(twin, "was written");
        }
        if (kind.inodesStay() && !open.isInode(fetch.file(), now.inode())) {
            throw changed(twin, "was replaced");
        }
        if (identity.etag() != null) {
            fetch.ask();
            String tag;
            try {
                tag = parts.tags().of(twin.remote());
            } catch (IOException refused) {
                throw new Fault(
                        FailureKind.REMOTE, "the tag of " + PathText.of(twin.remote()) + ": " + refused, refused);
            }
            if (!Objects.equals(tag, identity.etag())) {
                throw changed(twin, "has another tag");
            }
        }
    }

    static Fault changed(Twin twin, String how) {
        return new Fault(
                FailureKind.CHANGED,
                PathText.of(twin.remote()) + " changed on the remote: it " + how
                        + "; what is there of the former one stays for those who have it open");
    }

    /** Once each: the descriptor is another server's, or is not as good as it looked. */
    private boolean mayBeginAnew(Fetch fetch, Seat seat, OpenEnds ends, RemoteFile remote, KernelException refused) {
        boolean stale = refused.errno().equals(Errno.ESTALE) && fetch.again() == 0;
        boolean throughCache = refused.errno().equals(Errno.EINVAL) && remote != null && remote.isDirect();
        if (stale || throughCache) {
            open.retire(fetch.file(), ends, throughCache);
            seat.leave();
        }
        return stale || throughCache;
    }

    private static Fault remoteFault(Twin twin, KernelException refused) {
        Errno errno = refused.errno();
        FailureKind kind = errno.equals(Errno.ENOENT) || errno.equals(Errno.ENOTDIR)
                ? FailureKind.GONE
                : errno.equals(Errno.EACCES) || errno.equals(Errno.EPERM) ? FailureKind.DENIED : FailureKind.REMOTE;
        return new Fault(kind, PathText.of(twin.remote()) + ": " + refused.getMessage(), refused);
    }

    private FileAccess files() {
        return parts.kernel().files();
    }

    private BulkFiles bulk() {
        return parts.kernel().bulkFiles();
    }
}
