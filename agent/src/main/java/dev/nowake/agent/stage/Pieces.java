package dev.nowake.agent.stage;

import dev.nowake.kernel.FileAccess;
import dev.nowake.model.ByteRange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hands out the pieces of all files, one file after the other, so that few files are open and those done are whole. Any thread. */
final class Pieces {
    /** As large as storage needs to be at full speed with some in flight; a multiple of the block. */
    static final int PIECE_BYTES = 2 << 20;

    /** The next thing to do: copy the range of the file, or with no range finish the file. */
    record Piece(PartFile file, ByteRange range) {}

    private final Iterator<StageFile> files;
    private final FileAccess access;
    private final Tally tally;
    private final Set<PartFile> open = ConcurrentHashMap.newKeySet();
    private final Deque<ByteRange> ranges = new ArrayDeque<>();
    private PartFile current;

    Pieces(List<StageFile> files, FileAccess access, Tally tally) {
        this.files = files.iterator();
        this.access = access;
        this.tally = tally;
    }

    /** Null when there is no more. */
    synchronized Piece next() {
        while (!tally.stopped.get()) {
            if (current != null && current.failed() == null && !ranges.isEmpty()) {
                current.pieceBegins();
                return new Piece(current, ranges.poll());
            }
            if (current != null) {
                PartFile ended = current;
                current = null;
                ranges.clear();
                if (ended.handedOut()) {
                    return new Piece(ended, null);
                }
            } else if (files.hasNext()) {
                begin(files.next());
            } else {
                return null;
            }
        }
        return null;
    }

    private void begin(StageFile file) {
        try {
            current = PartFile.open(file, access);
            open.add(current);
            long missing = current.missing().bytes();
            tally.resumedBytes.addAndGet(Math.max(0, current.arrivedBytes()));
            tally.doneBytes.addAndGet(file.sizeBytes() - missing);
            if (!current.isDirect()) {
                tally.buffered.set(true);
            }
            current.missing().ranges().forEach(this::cut);
        } catch (IOException | RuntimeException refused) {
            tally.fail(file.target(), refused);
        }
    }

    private void cut(ByteRange range) {
        for (long at = range.start(); at < range.end(); ) {
            long end = Math.min(range.end(), (at / PIECE_BYTES + 1) * PIECE_BYTES);
            ranges.add(new ByteRange(at, end));
            at = end;
        }
    }

    /** Those under way. */
    List<PartFile> open() {
        return new ArrayList<>(open);
    }

    void ended(PartFile file) {
        open.remove(file);
    }
}
