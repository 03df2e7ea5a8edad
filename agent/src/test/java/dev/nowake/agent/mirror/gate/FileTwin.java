package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;

/** A sparse local file whose record is kept in memory alone. */
final class FileTwin implements Twin {
    private final FileId id;
    private final Path local;
    private final long sizeBytes;
    private RangeSet written = RangeSet.EMPTY;
    private boolean outdated;

    FileTwin(FileId id, Path local, long sizeBytes) {
        this.id = id;
        this.local = local;
        this.sizeBytes = sizeBytes;
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
        return local;
    }

    @Override
    public Identity identity() {
        return new Identity(sizeBytes, 0, null);
    }

    @Override
    public synchronized RangeSet missing(ByteRange range) {
        return RangeSet.of(range).within(0, sizeBytes).minus(written);
    }

    @Override
    public synchronized boolean isWritten() {
        return written.bytes() == sizeBytes;
    }

    @Override
    public boolean isComplete() {
        return isWritten();
    }

    @Override
    public synchronized void written(ByteRange range) {
        written = written.union(RangeSet.of(range));
    }

    @Override
    public void save() {
        // kept in memory
    }

    @Override
    public synchronized void clear() {
        written = RangeSet.EMPTY;
    }

    @Override
    public synchronized void outdated() {
        outdated = true;
    }

    @Override
    public synchronized boolean isOutdated() {
        return outdated;
    }
}
