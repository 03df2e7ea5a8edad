package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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
    private final Remotes remotes;
    private final LocalWrites writes;

    PieceFetcher(Shared shared, Outcomes outcomes) {
        this.open = shared.open;
        this.outcomes = outcomes;
        this.tally = shared.tally;
        this.parts = shared.parts;
        this.remotes = new Remotes(shared);
        this.writes = new LocalWrites(parts);
    }

    Outcome fetch(Fetch fetch, Seat seat) throws Fault, Work.Abandoned {
        Twin twin = fetch.file().twin();
        RangeSet missing = twin.missing(fetch.range());
        if (missing.isEmpty()) {
            return Outcome.DONE;
        }
        if (twin.isOutdated()) {
            throw Remotes.changed(twin, "is another file now");
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
            throw Remotes.fault(twin, refused);
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
            own = own == null ? remotes.open(fetch) : own;
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
            remotes.requireSame(fetch, remote);
            fetch.enterLocal();
            writes.write(fetch, local, part.start(), buffer);
            told = outcomes.written(fetch, part, holes.isEmpty() && i == data.size() - 1);
            fetch.leaveLocal();
        }
        if (!holes.isEmpty()) {
            remotes.requireSame(fetch, remote);
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
            throw Remotes.changed(fetch.file().twin(), "has become shorter");
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
            remote = remotes.open(fetch);
            // Through page cache an open may drop what others have asked for.
            boolean isForCourses = remote.kind().isServed() && remote.isDirect();
            OpenEnds ends = new OpenEnds(remote, writes.open(twin, remote.status()), isForCourses);
            remote = null;
            return ends;
        } catch (KernelException refused) {
            throw Remotes.fault(twin, refused);
        } finally {
            if (remote != null) {
                remote.close();
            }
        }
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

    private FileAccess files() {
        return parts.kernel().files();
    }
}
