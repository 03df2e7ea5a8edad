package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A twin whose record is in memory and whose bytes are in a real sparse file. */
final class FakeTwin implements Twin {
    /** What a test wants of a save. */
    interface Save {
        void before() throws IOException;
    }

    final AtomicInteger saves = new AtomicInteger();
    final AtomicInteger clears = new AtomicInteger();
    volatile Save save = () -> {};
    volatile Save clearing = () -> {};

    private final FileId id;
    private final Path local;
    private final Path remote;
    private final Identity identity;
    private RangeSet written = RangeSet.EMPTY;
    private RangeSet durable = RangeSet.EMPTY;
    private boolean outdated;

    private FakeTwin(FileId id, Path local, Path remote, Identity identity) {
        this.id = id;
        this.local = local;
        this.remote = remote;
        this.identity = identity;
    }

    /** An empty one of the remote file as it is now; the local file is made. */
    static FakeTwin of(Path remote, Path local) throws IOException {
        return of(remote, local, null);
    }

    static FakeTwin of(Path remote, Path local, String etag) throws IOException {
        Identity identity = new Identity(
                Files.size(remote), Files.getLastModifiedTime(remote).to(TimeUnit.NANOSECONDS), etag);
        Files.createDirectories(local.getParent());
        try (FileChannel channel = FileChannel.open(local, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            setSize(channel, identity.sizeBytes());
        }
        FileId id =
                new FileId((long) Files.getAttribute(local, "unix:dev"), (long) Files.getAttribute(local, "unix:ino"));
        return new FakeTwin(id, local, remote, identity);
    }

    private static void setSize(FileChannel channel, long bytes) throws IOException {
        if (bytes > 0) {
            channel.write(ByteBuffer.allocate(1), bytes - 1);
            channel.truncate(bytes);
        }
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
        return local;
    }

    @Override
    public Path remote() {
        return remote;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public synchronized RangeSet missing(ByteRange range) {
        return RangeSet.between(range.start(), Math.min(range.end(), identity.sizeBytes()))
                .minus(written);
    }

    synchronized RangeSet durable() {
        return durable;
    }

    @Override
    public synchronized boolean isWritten() {
        return written.bytes() == identity.sizeBytes();
    }

    @Override
    public synchronized boolean isComplete() {
        return durable.bytes() == identity.sizeBytes();
    }

    @Override
    public synchronized void written(ByteRange range) {
        written = written.union(RangeSet.of(range));
    }

    @Override
    public void save() throws IOException {
        RangeSet before;
        synchronized (this) {
            before = written;
        }
        save.before();
        try (FileChannel channel = FileChannel.open(local, StandardOpenOption.WRITE)) {
            channel.force(false);
        }
        synchronized (this) {
            durable = durable.union(before);
        }
        saves.incrementAndGet();
    }

    @Override
    public void clear() throws IOException {
        synchronized (this) {
            written = RangeSet.EMPTY;
            durable = RangeSet.EMPTY;
        }
        clearing.before();
        try (FileChannel channel = FileChannel.open(local, StandardOpenOption.WRITE)) {
            channel.truncate(0);
            setSize(channel, identity.sizeBytes());
        }
        clears.incrementAndGet();
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
