package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A whole file on a real disk, that can be emptied and filled again. Its record is in memory alone. */
final class RealTwin implements Twin {
    private final Kernel kernel;
    private final Path local;
    private final FileId id;
    private final byte[] content;
    private volatile boolean complete = true;

    RealTwin(Kernel kernel, Path local, byte[] content) throws IOException {
        this.kernel = kernel;
        this.local = local;
        this.content = content;
        Files.createDirectories(local.getParent());
        Files.write(local, content);
        this.id =
                new FileId((Long) Files.getAttribute(local, "unix:dev"), (Long) Files.getAttribute(local, "unix:ino"));
    }

    /** Brings all of it again, through a descriptor of its own. */
    void fill() throws IOException {
        Files.write(local, content, java.nio.file.StandardOpenOption.WRITE);
        complete = true;
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
        return new Identity(content.length, 0, null);
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
        complete = false;
        try (OpenFile file = kernel.fileSpace().openForWriting(local)) {
            kernel.fileSpace().punch(file, 0, content.length);
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
