package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.FileStatus;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file on a {@link DiskHost}: all of it there at first, and complete. */
final class FakeTwin implements Twin {
    private final DiskHost host;
    private final Path local;
    private final long sizeBytes;
    private FileId id;

    /** What it takes of the disk; less than its size: bytes are gone. */
    long blocks;

    /** What a restart believes. */
    boolean recordSaysComplete = true;

    /** What this daemon believes. */
    boolean complete = true;

    boolean marked;

    /** The gate answers nobody who reads it. */
    boolean held;

    boolean leased;
    int ours;

    private final List<Opener> openers = new ArrayList<>();
    private final List<Opener> waiting = new ArrayList<>();

    FakeTwin(DiskHost host, Path local, int inode, long bytes) {
        this.host = host;
        this.local = local;
        this.id = DiskHost.id(inode);
        this.sizeBytes = bytes;
        this.blocks = bytes;
    }

    /** Somebody else's descriptor. */
    final class Opener {
        private boolean asks;
        private boolean in;

        /** A read of all there is: false where it would find zeros and nobody told it to wait, or to have them brought. */
        boolean readsRight() {
            return !in || asks || blocks == sizeBytes;
        }

        void close() {
            openers.remove(this);
            waiting.remove(this);
        }
    }

    /** Opens it from another process, as far as that comes: to the lease. */
    Opener open() {
        Opener opener = new Opener();
        opener.asks = marked; // decided before it waits
        if (leased) {
            waiting.add(opener);
        } else {
            opener.in = true;
            openers.add(opener);
        }
        return opener;
    }

    void letWaitingIn() {
        waiting.forEach(opener -> opener.in = true);
        openers.addAll(waiting);
        waiting.clear();
    }

    boolean somebodyWaits() {
        return !waiting.isEmpty();
    }

    boolean isHeldElsewhere() {
        return !openers.isEmpty() || ours > 1;
    }

    /** Its name leads to another file from now on. */
    void replaced() {
        id = DiskHost.id(1000 + (int) id.inode());
    }

    FileStatus status() {
        // what the name leads to: a replaced twin's file is none of this id
        long inode = id.inode() > 1000 ? id.inode() - 1000 : id.inode();
        return new FileStatus(id.device(), inode, 0x8000 | 0644, 1, sizeBytes, blocks, 0, 0);
    }

    void punch(long bytes) {
        long gone = Math.min(bytes, blocks);
        blocks -= gone;
        host.freed(gone);
    }

    @Override
    public FileId id() {
        return id;
    }

    @Override
    public Path local() {
        return local;
    }

    @Override
    public Path remote() {
        return Path.of("/remote").resolve(local.getFileName());
    }

    @Override
    public Identity identity() {
        return new Identity(sizeBytes, 0, null);
    }

    @Override
    public RangeSet missing(ByteRange range) {
        return complete ? RangeSet.EMPTY : RangeSet.of(range);
    }

    @Override
    public boolean isWritten() {
        return complete;
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public void written(ByteRange range) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void save() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void clear() throws IOException {
        if (leased) {
            throw new AssertionError("an open of our own would wait for our own lease");
        }
        if (!held) {
            throw new AssertionError("somebody may fill what is being emptied");
        }
        complete = false;
        host.step("record " + local);
        recordSaysComplete = false;
        for (long part : new long[] {sizeBytes / 2, sizeBytes}) {
            host.step("punch " + local);
            punch(part);
        }
    }

    @Override
    public void outdated() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOutdated() {
        return false;
    }
}
