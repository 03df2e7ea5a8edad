package dev.nowake.agent.stage;

import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.HostMappings;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * One copy from a file or folder to another: many pieces under way at once, past the page cache, each file durable before it
 * takes its name. Runs again from where it was ended, whatever ended it.
 */
public final class StageRun {
    /** So much is copied again after a crash, at most. */
    private static final long CHECKPOINT_MILLIS = 2000;

    private final Kernel kernel;
    private final FileAccess access;
    private final boolean verify;
    private final int streams;
    private final Tally tally = new Tally();
    private final StageTree tree;

    /**
     * Lists what is to be copied.
     *
     * @param access to look at files with
     * @param streams pieces under way at once
     * @param verify compare the content of every file, those that were there already too
     * @throws IOException where the source cannot be read
     */
    public StageRun(Kernel kernel, FileAccess access, Path source, Path target, int streams, boolean verify)
            throws IOException {
        this.kernel = kernel;
        this.access = access;
        this.streams = streams;
        this.verify = verify;
        this.tree = StageTree.list(source, target, access);
    }

    public long sizeBytes() {
        return tree.sizeBytes();
    }

    /** For progress: bytes that need no more work. */
    public LongSupplier doneBytes() {
        return tally.doneBytes::get;
    }

    /** Ends soon; what has arrived is kept for the next run. Any thread. */
    public void stop() {
        tally.stopped.set(true);
    }

    /** Blocks until everything is there or cannot be. */
    public StageReport run() throws InterruptedException {
        long start = System.nanoTime();
        tree.folders().forEach(this::makeFolder);
        int links = (int) tree.links().stream().filter(this::makeLink).count();
        List<StageFile> wanted = new ArrayList<>();
        for (StageFile file : tree.files()) {
            if (isThere(file)) {
                unchanged(file);
            } else {
                wanted.add(file);
            }
        }
        copy(new Pieces(wanted, access, tally));
        return new StageReport(
                tally.copied.get(),
                tally.unchanged.get(),
                tally.verified.get(),
                links,
                tree.sizeBytes(),
                tally.copiedBytes.get(),
                tally.resumedBytes.get(),
                (System.nanoTime() - start) / 1e9,
                !tally.buffered.get(),
                tally.stopped.get(),
                tree.skipped(),
                tally.failures);
    }

    private void copy(Pieces pieces) throws InterruptedException {
        Thread recorder =
                Thread.ofPlatform().name("nowake-stage-record").daemon().start(() -> keepRecord(pieces));
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            threads.add(Thread.ofPlatform().name("nowake-stage-" + i).daemon().start(() -> work(pieces)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        recorder.interrupt();
        recorder.join();
        for (PartFile unfinished : pieces.open()) {
            leave(unfinished);
        }
    }

    private void work(Pieces pieces) {
        ByteBuffer buffer = DataChannel.buffer(Pieces.PIECE_BYTES);
        for (Pieces.Piece piece = pieces.next(); piece != null; piece = pieces.next()) {
            boolean last = piece.range() == null;
            if (!last) {
                IOException why = null;
                try {
                    copy(piece.file(), piece.range(), buffer);
                } catch (IOException failed) {
                    why = failed;
                }
                last = piece.file().pieceEnds(piece.range(), why);
            }
            if (last) {
                end(pieces, piece.file(), buffer);
            }
        }
    }

    private void copy(PartFile file, ByteRange range, ByteBuffer buffer) throws IOException {
        int length = (int) range.lengthBytes();
        buffer.clear().limit((int) PartFile.roundUp(length));
        file.source().readFully(buffer, range.start());
        if (buffer.position() < length) {
            throw new IOException("the source became shorter while it was copied; run it again");
        }
        buffer.position(0).limit(file.target().isDirect() ? (int) PartFile.roundUp(length) : length);
        for (int i = length; i < buffer.limit(); i++) {
            buffer.put(i, (byte) 0);
        }
        file.target().writeFully(buffer, range.start());
        tally.copiedBytes.addAndGet(length);
        tally.doneBytes.addAndGet(length);
    }

    private void end(Pieces pieces, PartFile part, ByteBuffer buffer) {
        pieces.ended(part);
        try (part) {
            StageFile file = part.file();
            if (part.failed() != null) {
                part.checkpoint();
                throw part.failed();
            }
            if (!file.isSame(access.status(file.source()))) {
                part.discard();
                throw new IOException("the source changed while it was copied; run it again");
            }
            String wrong = verify ? Content.wrong(file, part.part(), buffer, bytes -> {}) : null;
            if (wrong != null) {
                part.discard();
                throw new IOException(wrong);
            }
            part.finish();
            dropPages(part);
            tally.copied.incrementAndGet();
            tally.verified.addAndGet(verify ? 1 : 0);
        } catch (IOException | RuntimeException failed) {
            tally.fail(part.file().target(), failed);
            if (isFull(failed)) {
                tally.stopped.set(true);
            }
        }
    }

    private static boolean isFull(Exception failed) {
        String reason = failed instanceof FileSystemException named ? named.getReason() : failed.getMessage();
        return reason != null && (reason.contains("No space left") || reason.contains("Disk quota exceeded"));
    }

    /** What had to go through the page cache leaves it again. */
    private void dropPages(PartFile part) throws IOException {
        for (DataChannel channel : List.of(part.source(), part.target())) {
            Path path = channel == part.source()
                    ? part.file().source()
                    : part.file().target();
            if (!channel.isDirect()) {
                try (OpenFile open = access.open(path)) {
                    var status = access.status(open);
                    new Evictor(kernel, new HostMappings())
                            .evict(
                                    open,
                                    new FileId(status.device(), status.inode()),
                                    RangeSet.between(0, status.sizeBytes()),
                                    0);
                }
            }
        }
    }

    private void keepRecord(Pieces pieces) {
        try {
            while (true) {
                Thread.sleep(CHECKPOINT_MILLIS);
                for (PartFile part : pieces.open()) {
                    try {
                        part.checkpoint();
                    } catch (IOException unwritable) {
                        continue; // then less is resumed; the copy itself tells what is wrong
                    }
                }
            }
        } catch (InterruptedException done) {
            return;
        }
    }

    private void leave(PartFile unfinished) {
        try (unfinished) {
            unfinished.checkpoint();
        } catch (IOException unwritable) {
            tally.fail(unfinished.file().target(), unwritable);
        }
    }

    private void unchanged(StageFile file) {
        tally.unchanged.incrementAndGet();
        tally.doneBytes.addAndGet(file.sizeBytes());
        if (!verify) {
            return;
        }
        try {
            String wrong = Content.wrong(file, file.target(), DataChannel.buffer(Pieces.PIECE_BYTES), bytes -> {});
            if (wrong != null) {
                throw new IOException(wrong + "; remove it and run this again");
            }
            tally.verified.incrementAndGet();
        } catch (IOException failed) {
            tally.fail(file.target(), failed);
        }
    }

    private boolean isThere(StageFile file) {
        try {
            var now = access.status(file.target());
            return now.isRegular()
                    && now.sizeBytes() == file.sizeBytes()
                    && now.mtimeNanos() == file.status().mtimeNanos();
        } catch (IOException missing) {
            return false;
        }
    }

    private void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            tally.fail(folder, failed);
        }
    }

    private boolean makeLink(StageTree.Link link) {
        try {
            if (Files.isSymbolicLink(link.target())) {
                if (Files.readSymbolicLink(link.target()).equals(link.leadsTo())) {
                    return true;
                }
                Files.delete(link.target());
            }
            if (Files.exists(link.target(), LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("something that is no link is there; move it away");
            }
            Files.createSymbolicLink(link.target(), link.leadsTo());
            return true;
        } catch (IOException failed) {
            tally.fail(link.target(), failed);
            return false;
        }
    }
}
