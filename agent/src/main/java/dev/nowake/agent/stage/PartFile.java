package dev.nowake.agent.stage;

import dev.nowake.agent.identify.PathText;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A file on its way: {@code .NAME.nowake-part} beside its target, of the full length and with its blocks set aside from the
 * start, with a record of what has arrived. It takes the target's name when it is whole and durable, so that nobody ever sees
 * half a model. Any thread, one piece each.
 */
final class PartFile extends FileUnderWay {
    private static final String SUFFIX = ".nowake-part";
    private static final List<String> OURS = List.of(SUFFIX, SUFFIX + ".json", SUFFIX + ".json.new");

    private final Path part;
    private final Path record;
    private final PathLock lock;
    private final DataChannel target;
    private final RangeSet data;
    private final RangeSet before;
    private final Object recording = new Object();
    private RangeSet done;
    private RangeSet durable;
    private volatile boolean isOver;

    private PartFile(StageFile file, DataSource source, PathLock lock, DataChannel target, Kernel kernel)
            throws IOException {
        super(file, source);
        this.part = partOf(file);
        this.record = StageTree.beside(file.target(), SUFFIX + ".json");
        this.lock = lock;
        this.target = target;
        this.data = data(kernel);
        boolean whole = target.channel().size() >= file.sizeBytes();
        this.before = whole ? inBlocks(PartRecord.read(record, file)) : RangeSet.EMPTY;
        this.done = before;
        this.durable = before;
        if (before.isEmpty()) {
            beginAnew();
        }
        makeRoom(kernel);
    }

    /**
     * @throws IOException with one line: somebody else copies it, the source cannot be read, the target not be written, or
     *     there is no room for it
     */
    static PartFile open(StageFile file, Kernel kernel) throws IOException {
        DataSource source = DataSource.open(kernel, file.source());
        PathLock lock = null;
        DataChannel target = null;
        try {
            lock = lock(partOf(file), kernel);
            target = DataChannel.write(partOf(file));
            return new PartFile(file, source, lock, target, kernel);
        } catch (IOException refused) {
            source.close();
            if (target != null) {
                target.close();
            }
            if (lock != null) {
                lock.close();
            }
            throw refused;
        }
    }

    private static PathLock lock(Path part, Kernel kernel) throws IOException {
        FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)
                .close();
        PathLock lock = PathLock.take(kernel, part);
        if (lock == null) {
            throw new IOException("another nowake stage copies it; wait for that one");
        }
        return lock;
    }

    static Path partOf(StageFile file) {
        return StageTree.beside(file.target(), SUFFIX);
    }

    /** A record of another beginning would be believed of this one: it is gone for good before the file is long again. */
    private void beginAnew() throws IOException {
        if (Files.exists(record, LinkOption.NOFOLLOW_LINKS)) {
            forgetRecord();
            forceFolder();
        }
        target.channel().truncate(0);
    }

    /** Whether a file is one of these, or the record of one. */
    static boolean isOurs(Path path) {
        String name = PathText.nameOf(path);
        return name.startsWith(".") && OURS.stream().anyMatch(name::endsWith);
    }

    /**
     * Blocks set aside first are written half again as fast on ext4 as those found one write at a time, and a disk that is
     * too small is known before anything is copied. Where the filesystem sets nothing aside the file is sparse, and what is
     * not written stays a hole.
     */
    private void makeRoom(Kernel kernel) throws IOException {
        if (file.sizeBytes() == 0) {
            return;
        }
        try {
            for (ByteRange range : missing().ranges()) {
                if (!kernel.fileSpace().reserve(lock.file(), range.start(), range.lengthBytes())) {
                    break;
                }
            }
        } catch (KernelException refused) {
            if (done.isEmpty()) {
                Files.deleteIfExists(part); // gives back what could be had
            }
            throw DiskFull.is(refused) ? DiskFull.of(file) : refused;
        }
        if (target.channel().size() < file.sizeBytes()) {
            kernel.bulkFiles().write(lock.file(), file.sizeBytes() - 1, ByteBuffer.allocate(1));
        }
    }

    /** What holds data, in whole blocks of the source. */
    private RangeSet data(Kernel kernel) throws IOException {
        int block = source.blockBytes();
        List<ByteRange> ranges = new ArrayList<>();
        try (OpenFile open = kernel.files().open(file.source())) {
            for (Extent extent : kernel.files().dataExtents(open, 0, file.sizeBytes())) {
                long start = extent.offsetBytes() / block * block;
                ranges.add(new ByteRange(start, Math.min(file.sizeBytes(), roundUp(extent.endBytes(), block))));
            }
        } catch (KernelException refused) {
            throw refused.errno().equals(Errno.EIO)
                    ? new IOException("reading the source: " + refused.getMessage())
                    : refused;
        }
        return RangeSet.ofAll(ranges);
    }

    /** Without what lies in blocks that are only partly there. */
    private RangeSet inBlocks(RangeSet ranges) {
        int block = source.blockBytes();
        List<ByteRange> whole = new ArrayList<>();
        for (ByteRange range : ranges.ranges()) {
            long start = roundUp(range.start(), block);
            long end = range.end() >= file.sizeBytes() ? file.sizeBytes() : range.end() / block * block;
            if (end > start) {
                whole.add(new ByteRange(start, end));
            }
        }
        return RangeSet.ofAll(whole);
    }

    static long roundUp(long bytes, int block) {
        return (bytes + block - 1) / block * block;
    }

    @Override
    DataChannel target() {
        return target;
    }

    boolean isDirect() {
        return source.isDirect() && target.isDirect();
    }

    @Override
    synchronized RangeSet missing() {
        return data.minus(done);
    }

    @Override
    RangeSet unchecked() {
        return data.intersect(before);
    }

    /** Of its data, by an earlier copy. */
    long arrivedBytes() {
        return data.intersect(before).bytes();
    }

    @Override
    synchronized void arrived(ByteRange range) {
        done = done.union(RangeSet.of(range));
    }

    /** Makes what has arrived durable, then writes it down. */
    void checkpoint() throws IOException {
        synchronized (recording) {
            RangeSet arrived;
            synchronized (this) {
                arrived = done;
                if (isOver || arrived.equals(durable)) {
                    return;
                }
            }
            target.channel().force(false);
            PartRecord.write(record, file, arrived);
            synchronized (this) {
                durable = arrived;
            }
        }
    }

    /** For a later run to go on with; where nothing has arrived nothing is left. */
    void leave() throws IOException {
        boolean empty;
        synchronized (this) {
            empty = done.isEmpty();
        }
        if (empty) {
            discard();
        } else {
            checkpoint();
        }
    }

    /**
     * The whole file is durable, has the source's owner, mode and the time of when it was listed, and takes the target's name. A
     * source that has changed since has another time: the next run copies it again.
     */
    void finish() throws IOException {
        target.channel().truncate(file.sizeBytes());
        Map<String, Object> attributes =
                Files.readAttributes(file.source(), "unix:mode,uid,gid", LinkOption.NOFOLLOW_LINKS);
        Path own = Path.of("/proc/self/fd/" + lock.file().fd()); // whatever has the name by now
        Files.setLastModifiedTime(own, FileTime.from(file.status().mtimeNanos(), TimeUnit.NANOSECONDS));
        try {
            Files.setAttribute(own, "unix:uid", attributes.get("uid"));
            Files.setAttribute(own, "unix:gid", attributes.get("gid"));
        } catch (IOException notRoot) {
            // the copy belongs to who makes it, as with cp
        }
        Files.setAttribute(own, "unix:mode", (Integer) attributes.get("mode") & 0777);
        target.channel().force(true);
        Files.move(part, file.target(), StandardCopyOption.ATOMIC_MOVE);
        endRecord();
        forceFolder();
    }

    private void forceFolder() throws IOException {
        try (FileChannel folder = FileChannel.open(part.toAbsolutePath().getParent())) {
            folder.force(true);
        }
    }

    /** Whoever comes to write one down finds that there is nothing to write any more. */
    private void endRecord() throws IOException {
        synchronized (recording) {
            isOver = true;
            forgetRecord();
        }
    }

    private void forgetRecord() throws IOException {
        Files.deleteIfExists(record);
        Files.deleteIfExists(PartRecord.fresh(record));
    }

    /** What has arrived is of no use: content that is not what was promised, a source that changed. */
    @Override
    void discard() throws IOException {
        endRecord();
        Files.deleteIfExists(part);
    }

    Path part() {
        return part;
    }

    @Override
    public void close() throws IOException {
        try (lock;
                target) {
            source.close();
        }
    }
}
