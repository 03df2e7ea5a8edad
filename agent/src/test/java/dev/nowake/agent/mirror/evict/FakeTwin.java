package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.FileStatus;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.nio.file.Path;

/** A file on a {@link DiskHost}, all of it there at first. */
final class FakeTwin implements Twin {
    private final Path local;
    private final FileId id;
    private final long sizeBytes;

    /** What it takes of the disk. */
    long blocks;

    int openers;

    FakeTwin(Path local, int inode, long bytes) {
        this.local = local;
        this.id = new FileId(7, inode);
        this.sizeBytes = bytes;
        this.blocks = bytes;
    }

    FileStatus status() {
        return new FileStatus(id.device(), id.inode(), 0x8000 | 0644, 1, sizeBytes, blocks, 0, 0);
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
        return RangeSet.between(Math.max(range.start(), Math.min(blocks, sizeBytes)), Math.min(range.end(), sizeBytes));
    }

    @Override
    public boolean isWritten() {
        return isComplete();
    }

    @Override
    public boolean isComplete() {
        return blocks == sizeBytes;
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
    public void clear() {
        throw new UnsupportedOperationException();
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
