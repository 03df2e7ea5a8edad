package dev.nowake.agent.mirror.store;

import dev.nowake.agent.mirror.Identity;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A file of the local tree. What is known of its bytes is here; what a restart may believe is in the file's {@link
 * TwinRecord}. Any thread: looking and {@link #written} never wait for the disk, one {@link #save} or {@link #clear} is under
 * way at a time.
 *
 * <p>Whoever clears sees to it that nobody fills at the same time: bytes that were written before the file was emptied and are
 * told of afterwards would be believed.
 */
public final class MirroredFile implements Twin {
    private final FileId id;
    private final Path relative;
    private final Path remote;
    private final Identity identity;
    private final TwinDisk disk;
    private final Consumer<MirroredFile> completed;
    private final ReentrantLock saving = new ReentrantLock();
    private final Object state = new Object();
    private RangeSet written;
    private RangeSet durable;
    /** What of {@link #written} the last save was made of: a record may have room for less. */
    private RangeSet saved;

    private boolean touched;
    private long localMtimeNanos;
    private final Path tree;
    /** Null while it lies in the tree. */
    private volatile Path elsewhere;

    private volatile boolean outdated;
    private volatile ContentDigest promised;

    /**
     * Where a twin lies: {@code relative} below {@code tree} here, below {@code remoteRoot} there.
     *
     * @param elsewhere where it lies as long as it is not in the tree; null where it is
     */
    record Place(Path tree, Path elsewhere, Path relative, Path remoteRoot) {}

    /**
     * @param record what is known of it
     * @param disks makes the disk of a file that lies where this twin says
     * @param completed told once each time every byte has become durable, on the thread that saved, after its save
     */
    MirroredFile(
            FileId id,
            Place place,
            TwinRecord record,
            Function<MirroredFile, TwinDisk> disks,
            Consumer<MirroredFile> completed) {
        this.id = id;
        this.tree = place.tree();
        this.elsewhere = place.elsewhere();
        this.relative = place.relative();
        this.remote = place.remoteRoot().resolve(place.relative());
        this.identity = record.identity();
        this.written = record.durable();
        this.durable = written;
        this.saved = written;
        this.localMtimeNanos = record.localMtimeNanos();
        this.promised = ContentDigest.of(remote);
        this.completed = completed;
        this.disk = disks.apply(this);
    }

    @Override
    public FileId id() {
        return id;
    }

    /** Where it lies now: in the tree, but for the moment before it gets there, and while it is parked. */
    @Override
    public Path local() {
        Path now = elsewhere;
        return now == null ? tree.resolve(relative) : now;
    }

    /** {@code place}: null for the tree. */
    void movedTo(Path place) {
        elsewhere = place;
    }

    /** Below the tree, and below the remote folder. */
    public Path relative() {
        return relative;
    }

    @Override
    public Path remote() {
        return remote;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    /** What the remote file's name, or what lies beside it, promises of the content. */
    public Optional<ContentDigest> promised() {
        return Optional.ofNullable(promised);
    }

    void promise(ContentDigest digest) {
        promised = digest;
    }

    private RangeSet all() {
        return RangeSet.between(0, identity.sizeBytes());
    }

    private RangeSet cut(ByteRange range) {
        return RangeSet.between(range.start(), Math.min(range.end(), identity.sizeBytes()));
    }

    @Override
    public RangeSet missing(ByteRange range) {
        synchronized (state) {
            return cut(range).minus(written.within(range.start(), range.end()));
        }
    }

    @Override
    public boolean isWritten() {
        synchronized (state) {
            return written.equals(all());
        }
    }

    @Override
    public boolean isComplete() {
        synchronized (state) {
            return durable.equals(all());
        }
    }

    public long writtenBytes() {
        synchronized (state) {
            return written.bytes();
        }
    }

    RangeSet durable() {
        synchronized (state) {
            return durable;
        }
    }

    /** Whether a whole, saved file with this time of modification is as it was saved. */
    boolean isAsSaved(long mtimeNanos) {
        synchronized (state) {
            return touched || !durable.equals(all()) || mtimeNanos == localMtimeNanos;
        }
    }

    @Override
    public void written(ByteRange range) {
        synchronized (state) {
            written = written.union(cut(range));
            touched = true;
        }
    }

    @Override
    public void save() throws IOException {
        boolean becameComplete;
        saving.lock();
        try {
            becameComplete = saveAlone();
        } finally {
            saving.unlock();
        }
        if (becameComplete) {
            completed.accept(this);
        }
    }

    private boolean saveAlone() throws IOException {
        RangeSet snapshot;
        synchronized (state) {
            if (outdated || !touched && written.equals(saved)) {
                return false;
            }
            snapshot = written;
            touched = false;
        }
        try (TwinDisk.Work work = disk.open()) {
            if (work.sizeBytes() != identity.sizeBytes()) {
                forget();
                emptied(work);
                throw new IOException(local() + " was cut short by somebody: its bytes are fetched anew");
            }
            return saveOn(work, snapshot);
        } catch (Held.NameTaken gone) {
            outdated = true; // whoever has it open keeps what is there; the next look through the remote makes it anew
            return false;
        } catch (IOException failed) {
            if (outdated) {
                return false; // its name is another's by now, and nothing will ever be believed of it
            }
            throw failed;
        }
    }

    private boolean saveOn(TwinDisk.Work work, RangeSet snapshot) throws IOException {
        forced(work::syncData);
        long mtimeNanos = work.time(identity.mtimeNanos());
        RangeSet believed = new TwinRecord(id.inode(), identity, mtimeNanos, snapshot).write(work);
        forced(work::sync);
        synchronized (state) {
            boolean before = durable.equals(all());
            durable = believed;
            saved = snapshot;
            localMtimeNanos = mtimeNanos;
            return !before && durable.equals(all());
        }
    }

    private interface Force {
        void now() throws IOException;
    }

    /** Where the disk refuses, what it had not promised before may be gone from memory without having reached it. */
    private void forced(Force force) throws IOException {
        try {
            force.now();
        } catch (IOException refused) {
            synchronized (state) {
                written = durable;
                saved = durable;
            }
            throw refused;
        }
    }

    private void forget() {
        synchronized (state) {
            written = RangeSet.EMPTY;
            durable = RangeSet.EMPTY;
            saved = RangeSet.EMPTY;
            touched = false;
        }
    }

    @Override
    public void clear() throws IOException {
        saving.lock();
        try {
            if (outdated || identity.sizeBytes() == 0) {
                return;
            }
            try (TwinDisk.Work work = disk.open()) {
                forget();
                emptied(work);
            }
        } finally {
            saving.unlock();
        }
    }

    /** The record first, and on the disk: whatever happens then, no zeros are believed. */
    private void emptied(TwinDisk.Work work) throws IOException {
        new TwinRecord(id.inode(), identity, 0, RangeSet.EMPTY).write(work);
        work.sync();
        work.empty(identity.sizeBytes());
        work.time(identity.mtimeNanos());
    }

    @Override
    public void outdated() {
        outdated = true;
    }

    @Override
    public boolean isOutdated() {
        return outdated;
    }

    @Override
    public String toString() {
        return relative + " (" + id + ")";
    }
}
