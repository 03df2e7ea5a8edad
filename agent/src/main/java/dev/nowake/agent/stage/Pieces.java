package dev.nowake.agent.stage;

import dev.nowake.kernel.Kernel;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hands out the segments of all files, one file after the other, so that few files are open and those done are whole. Any thread. */
final class Pieces {
    /** As large as storage needs to be at full speed with some in flight; a multiple of every block. */
    static final int PIECE_BYTES = 2 << 20;

    /**
     * Of a source that each stream has open for itself. A process that serves files, such as rclone's, reads ahead of whoever
     * reads on from where he was and begins anew at every jump: in pieces on one descriptor its mount gave 0.006 GB/s, in
     * segments on one descriptor each 0.3. An open costs a round trip or two, small beside 64 MiB.
     */
    private static final int MOST_SEGMENT_BYTES = 64 << 20;

    private static final int LEAST_SEGMENT_BYTES = 8 << 20;

    private final Iterator<StageFile> files;
    private final Iterator<StageFile> present;
    private final Kernel kernel;
    private final boolean verify;
    private final int streams;
    private final Tally tally;
    private final Set<FileUnderWay> open = ConcurrentHashMap.newKeySet();
    private final Deque<Segment> segments = new ArrayDeque<>();

    /** What streams work off that may have much left of theirs. */
    private final List<Segment> underWay = new ArrayList<>();

    private FileUnderWay current;

    /** {@code present}: files that are there and only to be compared. */
    Pieces(List<StageFile> files, List<StageFile> present, Kernel kernel, int streams, boolean verify, Tally tally) {
        this.files = files.iterator();
        this.present = present.iterator();
        this.kernel = kernel;
        this.streams = streams;
        this.verify = verify;
        this.tally = tally;
    }

    /** Null when there is no more. */
    synchronized Segment next() {
        while (!tally.stopped.get()) {
            if (current != null && current.failed() == null && !segments.isEmpty()) {
                current.segmentBegins();
                return begun(segments.poll());
            }
            if (current != null) {
                FileUnderWay ended = current;
                current = null;
                segments.clear();
                if (ended.handedOut()) {
                    return Segment.last(ended);
                }
            } else if (files.hasNext()) {
                begin(files.next(), true);
            } else if (present.hasNext()) {
                begin(present.next(), false);
            } else {
                return halfOfAnother();
            }
        }
        return null;
    }

    private Segment begun(Segment segment) {
        if (segment.file().source.isForOneStream()) {
            underWay.removeIf(each -> each.leftBytes() == 0);
            underWay.add(segment);
        }
        return segment;
    }

    /** At the end of all, so that nobody waits for the one who has most left. Null where nobody has much. */
    private Segment halfOfAnother() {
        Segment most = underWay.stream()
                .max(Comparator.comparingLong(Segment::leftBytes))
                .orElse(null);
        Segment half = most == null ? null : most.half();
        return half == null ? null : begun(half);
    }

    private void begin(StageFile file, boolean copy) {
        try {
            current = copy ? PartFile.open(file, kernel) : PresentFile.open(file, kernel);
        } catch (IOException | RuntimeException refused) {
            tally.fail(file.target(), refused);
            if (refused instanceof IOException && DiskFull.is(refused)) {
                tally.stopped.set(true);
            }
            return;
        }
        open.add(current);
        if (current instanceof PartFile part) {
            tally.resumedBytes.addAndGet(part.arrivedBytes());
            tally.doneBytes.addAndGet(file.sizeBytes() - part.missing().bytes());
            if (!part.isDirect()) {
                tally.buffered.set(true);
            }
        }
        cut(Segment.Task.COPY, current.missing());
        if (verify && file.digest() == null && current.target().isDirect()) {
            cut(Segment.Task.CHECK, current.unchecked());
            long compared = current.missing().union(current.unchecked()).bytes();
            tally.doneBytes.addAndGet(file.sizeBytes() - compared); // holes
        }
    }

    private void cut(Segment.Task task, RangeSet ranges) {
        long length = PIECE_BYTES;
        if (current.source.isForOneStream()) {
            long fair = ranges.bytes() / streams / PIECE_BYTES * PIECE_BYTES;
            length = Math.clamp(fair, LEAST_SEGMENT_BYTES, MOST_SEGMENT_BYTES);
        }
        for (ByteRange range : ranges.ranges()) {
            for (long at = range.start(); at < range.end(); ) {
                long end = Math.min(range.end(), (at / length + 1) * length);
                segments.add(new Segment(current, task, new ByteRange(at, end)));
                at = end;
            }
        }
    }

    /** Those under way. */
    List<FileUnderWay> open() {
        return new ArrayList<>(open);
    }

    void ended(FileUnderWay file) {
        open.remove(file);
    }
}
