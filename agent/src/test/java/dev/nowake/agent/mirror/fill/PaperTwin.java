package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;

/** A twin without a file. Not thread-safe. */
final class PaperTwin implements Twin {
    private final FileId id;
    private final Path path;
    private final Identity identity;
    private RangeSet written = RangeSet.EMPTY;
    private RangeSet durable = RangeSet.EMPTY;
    private boolean outdated;

    PaperTwin(String path, long sizeBytes) {
        this.id = new FileId(1, path.hashCode());
        this.path = Path.of(path);
        this.identity = new Identity(sizeBytes, 1, null);
    }

    ByteRange all() {
        return new ByteRange(0, identity.sizeBytes());
    }

    @Override
    public FileId id() {
        return id;
    }

    @Override
    public Path local() {
        return path;
    }

    @Override
    public Path remote() {
        return path;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public RangeSet missing(ByteRange range) {
        return RangeSet.between(range.start(), Math.min(range.end(), identity.sizeBytes()))
                .minus(written);
    }

    @Override
    public boolean isWritten() {
        return missing(all()).isEmpty();
    }

    @Override
    public boolean isComplete() {
        return durable.bytes() == identity.sizeBytes();
    }

    @Override
    public void written(ByteRange range) {
        written = written.union(RangeSet.of(range));
    }

    @Override
    public void save() {
        durable = written;
    }

    @Override
    public void clear() {
        written = RangeSet.EMPTY;
        durable = RangeSet.EMPTY;
    }

    @Override
    public void outdated() {
        outdated = true;
    }

    @Override
    public boolean isOutdated() {
        return outdated;
    }
}
