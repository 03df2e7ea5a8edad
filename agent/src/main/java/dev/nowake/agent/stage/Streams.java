package dev.nowake.agent.stage;

import dev.nowake.agent.execute.CleanPages;
import dev.nowake.kernel.Kernel;
import dev.nowake.model.ByteRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The threads that copy: each takes a piece, reads it, writes it, and where that was asked for reads it back. */
final class Streams {
    /** So much is copied again after a crash, at most. */
    private static final long CHECKPOINT_MILLIS = 2000;

    /** What a target without O_DIRECT may hold in page cache at once; forcing less at a time would be slower. */
    private static final long UNSAVED_BYTES = 64 << 20;

    /** Streams that are begun together: the memory of all is as much work as the first answers take to come. */
    private static final int AT_ONCE = 8;

    private final Kernel kernel;
    private final boolean verify;
    private final Tally tally;
    private final Pieces pieces;
    private final AtomicLong unsavedBytes = new AtomicLong();

    Streams(Kernel kernel, Pieces pieces, boolean verify, Tally tally) {
        this.kernel = kernel;
        this.pieces = pieces;
        this.verify = verify;
        this.tally = tally;
    }

    /** Returns when there are no more pieces, or it was stopped and those under way are done. */
    void run(int streams) throws InterruptedException {
        Thread recorder =
                Thread.ofPlatform().name("nowake-stage-record").daemon().start(this::keepRecord);
        for (Thread thread : begin(streams)) {
            thread.join();
        }
        recorder.interrupt();
        recorder.join();
        pieces.open().forEach(this::leave);
    }

    /** Fewer where there is no memory for more. */
    private List<Thread> begin(int streams) {
        List<Thread> threads = new ArrayList<>();
        try {
            while (threads.size() < streams) {
                for (Buffers buffers : Buffers.of(Math.min(AT_ONCE, streams - threads.size()))) {
                    String name = "nowake-stage-" + threads.size();
                    threads.add(Thread.ofPlatform().name(name).daemon().start(() -> work(buffers)));
                }
            }
        } catch (OutOfMemoryError full) {
            if (threads.isEmpty()) {
                throw full;
            }
        }
        return threads;
    }

    private void work(Buffers buffers) {
        for (Segment segment = pieces.next(); segment != null; segment = pieces.next()) {
            if (segment.task() == Segment.Task.END || does(segment, buffers)) {
                end(segment.file(), buffers);
            }
        }
    }

    /** Whether it was the file's last one. */
    private boolean does(Segment segment, Buffers buffers) {
        FileUnderWay file = segment.file();
        IOException why = null;
        try (DataSource own = file.source.isForOneStream() ? DataSource.open(kernel, file.file.source()) : null) {
            DataSource source = own == null ? file.source : own;
            while (file.failed() == null && !tally.stopped.get()) {
                ByteRange piece = segment.nextPiece();
                if (piece == null) {
                    break;
                }
                does(file, source, segment.task(), piece, buffers);
            }
        } catch (IOException | RuntimeException failed) {
            why = failed instanceof IOException known ? known : new IOException(failed);
        }
        boolean whole = segment.leave() || why != null || file.failed() != null;
        return file.segmentEnds(whole, why);
    }

    private void does(FileUnderWay file, DataSource source, Segment.Task task, ByteRange piece, Buffers buffers)
            throws IOException {
        read(source, piece, buffers.piece());
        if (task == Segment.Task.COPY) {
            write(file, piece, buffers.piece());
        }
        if (task == Segment.Task.CHECK || isReadBackAtOnce(file)) {
            Content.compare(file.target(), piece, buffers.piece(), buffers.back());
            tally.done(piece.lengthBytes());
        }
        if (task == Segment.Task.COPY) {
            file.arrived(piece);
        }
    }

    /** What went through page cache would be read back from there. */
    private boolean isReadBackAtOnce(FileUnderWay file) {
        return verify && file.file.digest() == null && file.target().isDirect();
    }

    private void read(DataSource source, ByteRange range, ByteBuffer buffer) throws IOException {
        int length = (int) range.lengthBytes();
        buffer.clear().limit((int) PartFile.roundUp(length, source.blockBytes()));
        try {
            source.readFully(buffer, range.start());
        } catch (IOException refused) {
            throw new IOException("its source cannot be read: " + refused.getMessage(), refused);
        }
        tally.answers.incrementAndGet();
        if (buffer.position() < length) {
            throw new IOException("the source became shorter while it was copied; run it again");
        }
        int end = (int) PartFile.roundUp(length, DataChannel.BLOCK_BYTES);
        for (int i = length; i < end; i++) {
            buffer.put(i, (byte) 0);
        }
    }

    private void write(FileUnderWay file, ByteRange range, ByteBuffer buffer) throws IOException {
        int length = (int) range.lengthBytes();
        DataChannel target = file.target();
        buffer.position(0).limit(target.isDirect() ? (int) PartFile.roundUp(length, target.blockBytes()) : length);
        tally.writing.incrementAndGet();
        try {
            target.writeFully(buffer, range.start());
            if (!target.isDirect() && unsavedBytes.addAndGet(length) >= UNSAVED_BYTES) {
                unsavedBytes.set(0);
                save((PartFile) file);
            }
        } finally {
            tally.writing.decrementAndGet();
        }
        tally.copiedBytes.addAndGet(length);
        tally.done(length);
    }

    private void save(PartFile part) throws IOException {
        part.checkpoint();
        if (!part.target().isDirect()) {
            CleanPages.drop(kernel, part.part());
        }
        tally.answers.incrementAndGet();
    }

    private void end(FileUnderWay file, Buffers buffers) {
        pieces.ended(file);
        try (file) {
            if (file instanceof PartFile part) {
                endCopy(part, buffers);
                tally.copied.incrementAndGet();
            } else {
                endCheck(file, buffers);
            }
            tally.verified.addAndGet(verify ? 1 : 0);
        } catch (IOException | RuntimeException failed) {
            boolean full = DiskFull.is(failed);
            tally.fail(file.file.target(), full ? DiskFull.of(file.file) : failed);
            if (full) {
                tally.stopped.set(true);
            }
        }
    }

    private void endCopy(PartFile part, Buffers buffers) throws IOException {
        StageFile file = part.file;
        try {
            if (part.failed() != null) {
                part.leave();
                throw part.failed();
            }
            requireUnchanged(file);
            if (verify && !isReadBackAtOnce(part)) {
                save(part);
                requireRight(part, buffers);
                requireUnchanged(file);
            }
            part.finish();
            if (!part.target().isDirect()) {
                CleanPages.drop(kernel, file.target());
            }
        } catch (WrongContent useless) {
            part.discard();
            throw useless;
        }
        tally.answers.incrementAndGet();
    }

    private void requireUnchanged(StageFile file) throws IOException {
        if (!file.isSame(kernel.files().status(file.source()))) {
            throw new WrongContent("the source changed while it was copied; run it again");
        }
    }

    private void endCheck(FileUnderWay file, Buffers buffers) throws IOException {
        try {
            if (file.failed() != null) {
                throw file.failed();
            }
            if (file.file.digest() != null) {
                Content.requirePromised(file.file, file.target(), buffers.piece(), tally);
            }
        } catch (WrongContent wrong) {
            throw new IOException(wrong.getMessage() + "; remove it and run this again");
        }
    }

    /** All of it at once, where pieces were not compared one by one. */
    private void requireRight(PartFile part, Buffers buffers) throws IOException {
        if (part.file.digest() != null) {
            Content.requirePromised(part.file, part.target(), buffers.piece(), tally);
            return;
        }
        for (long at = 0; at < part.file.sizeBytes(); at += Pieces.PIECE_BYTES) {
            ByteRange range = new ByteRange(at, Math.min(part.file.sizeBytes(), at + Pieces.PIECE_BYTES));
            read(part.source, range, buffers.piece());
            Content.compare(part.target(), range, buffers.piece(), buffers.back());
            tally.done(range.lengthBytes());
        }
    }

    private void keepRecord() {
        try {
            while (true) {
                Thread.sleep(CHECKPOINT_MILLIS);
                checkpoint();
            }
        } catch (InterruptedException done) {
            return;
        }
    }

    /** Of all files under way. What cannot be written down is copied again by the next run; the copy itself tells what is wrong. */
    void checkpoint() {
        for (FileUnderWay file : pieces.open()) {
            if (file instanceof PartFile part) {
                try {
                    part.checkpoint();
                } catch (IOException unwritable) {
                    continue;
                }
            }
        }
    }

    private void leave(FileUnderWay unfinished) {
        try (unfinished) {
            if (unfinished instanceof PartFile part) {
                part.leave();
            }
        } catch (IOException unwritable) {
            tally.fail(unfinished.file.target(), unwritable);
        }
    }
}
