package dev.nowake.agent.stage;

import dev.nowake.agent.identify.PathText;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A file on its way: {@code .NAME.nowake-part} beside its target, of the full length from the start, with a record of what has
 * arrived. It takes the target's name when it is whole and durable, so that nobody ever sees half a model. Any thread, one
 * piece each.
 */
final class PartFile implements AutoCloseable {
    private static final String SUFFIX = ".nowake-part";
    private static final List<String> OURS = List.of(SUFFIX, SUFFIX + ".json", SUFFIX + ".json.new");

    private final StageFile file;
    private final Path part;
    private final Path record;
    private final DataChannel source;
    private final DataChannel target;
    private final RangeSet data;
    private RangeSet done;
    private RangeSet durable;
    private IOException failed;
    private int piecesUnderWay;
    private boolean allHandedOut;

    private PartFile(StageFile file, FileAccess access) throws IOException {
        this.file = file;
        this.part = StageTree.beside(file.target(), SUFFIX);
        this.record = StageTree.beside(file.target(), SUFFIX + ".json");
        this.data = data(file, access);
        this.target = DataChannel.write(part);
        try {
            lock();
            this.source = DataChannel.read(file.source());
        } catch (IOException refused) {
            target.close();
            throw refused;
        }
        boolean same = target.channel().size() >= file.sizeBytes();
        this.done = same ? PartRecord.read(record, file) : RangeSet.EMPTY;
        this.durable = done;
        if (done.isEmpty()) {
            target.channel().truncate(0);
        }
        setLength();
    }

    /** @throws IOException with one line: somebody else copies it, the source cannot be read, the target not be written */
    static PartFile open(StageFile file, FileAccess access) throws IOException {
        return new PartFile(file, access);
    }

    /** Whether a file is one of these, or the record of one. */
    static boolean isOurs(Path path) {
        String name = PathText.nameOf(path);
        return name.startsWith(".") && OURS.stream().anyMatch(name::endsWith);
    }

    private void lock() throws IOException {
        try {
            if (target.channel().tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException ourselves) {
            // the same answer
        }
        throw new IOException("another nowake stage copies it; wait for that one");
    }

    /** Sparse: what is not written stays a hole. */
    private void setLength() throws IOException {
        if (target.channel().size() < file.sizeBytes()) {
            try (FileChannel plain = FileChannel.open(part, StandardOpenOption.WRITE)) {
                plain.write(java.nio.ByteBuffer.allocate(1), file.sizeBytes() - 1);
            }
        }
    }

    /** What holds data, in whole blocks. */
    private static RangeSet data(StageFile file, FileAccess access) throws IOException {
        List<ByteRange> ranges = new ArrayList<>();
        try (OpenFile open = access.open(file.source())) {
            for (Extent extent : access.dataExtents(open, 0, file.sizeBytes())) {
                long start = extent.offsetBytes() / DataChannel.BLOCK_BYTES * DataChannel.BLOCK_BYTES;
                long end = Math.min(file.sizeBytes(), roundUp(extent.endBytes()));
                ranges.add(new ByteRange(start, end));
            }
        }
        return RangeSet.ofAll(ranges);
    }

    static long roundUp(long bytes) {
        return (bytes + DataChannel.BLOCK_BYTES - 1) / DataChannel.BLOCK_BYTES * DataChannel.BLOCK_BYTES;
    }

    StageFile file() {
        return file;
    }

    DataChannel source() {
        return source;
    }

    DataChannel target() {
        return target;
    }

    boolean isDirect() {
        return source.isDirect() && target.isDirect();
    }

    RangeSet missing() {
        return data.minus(done);
    }

    /** Of its data, by an earlier copy. */
    long arrivedBytes() {
        return data.intersect(done).bytes();
    }

    synchronized void pieceBegins() {
        piecesUnderWay++;
    }

    /** All its pieces have been given out. Returns whether none is under way any more: then the caller finishes it. */
    synchronized boolean handedOut() {
        allHandedOut = true;
        return piecesUnderWay == 0;
    }

    /** A piece has arrived, or failed where {@code why} is not null. Returns whether it was the last one. */
    synchronized boolean pieceEnds(ByteRange piece, IOException why) {
        if (why == null) {
            done = done.union(RangeSet.of(piece));
        } else if (failed == null) {
            failed = why;
        }
        return --piecesUnderWay == 0 && allHandedOut;
    }

    synchronized IOException failed() {
        return failed;
    }

    /** Makes what has arrived durable, then writes it down. */
    void checkpoint() throws IOException {
        RangeSet arrived;
        synchronized (this) {
            arrived = done;
            if (arrived.equals(durable)) {
                return;
            }
        }
        target.channel().force(false);
        PartRecord.write(record, file, arrived);
        synchronized (this) {
            durable = arrived;
        }
    }

    /** The whole file is durable, has the source's owner, mode and time, and takes the target's name. */
    void finish() throws IOException {
        target.channel().truncate(file.sizeBytes());
        Map<String, Object> attributes =
                Files.readAttributes(file.source(), "unix:mode,uid,gid,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        try {
            Files.setAttribute(part, "unix:uid", attributes.get("uid"));
            Files.setAttribute(part, "unix:gid", attributes.get("gid"));
        } catch (IOException notRoot) {
            // the copy belongs to who makes it, as with cp
        }
        Files.setAttribute(part, "unix:mode", (Integer) attributes.get("mode") & 0777);
        Files.setAttribute(part, "lastModifiedTime", attributes.get("lastModifiedTime"));
        target.channel().force(true);
        Files.move(part, file.target(), StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(record);
        try (FileChannel folder =
                FileChannel.open(file.target().toAbsolutePath().getParent())) {
            folder.force(true);
        }
    }

    /** What has arrived is of no use: content that is not what was promised, a source that changed. */
    void discard() throws IOException {
        Files.deleteIfExists(record);
        Files.deleteIfExists(part);
    }

    Path part() {
        return part;
    }

    @Override
    public void close() throws IOException {
        try {
            source.close();
        } finally {
            target.close(); // and the lock with it
        }
    }
}
