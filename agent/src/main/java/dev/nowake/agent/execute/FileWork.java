package dev.nowake.agent.execute;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.Residency;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;

/**
 * One added set of ranges, cut into chunks. What is resident is looked at a window ahead of the chunks: the kernel's own
 * read-ahead spills over a chunk's end, and a chunk planned only when its turn comes would find its bytes half there and
 * not count them as asked for. For one thread at a time.
 */
final class FileWork {
    /**
     * The first look, and how far later ones stay ahead: 64 MiB. Looking costs a microsecond for each chunk of a cold file,
     * so the first call for data waits for nothing; read-ahead spills over by two windows of 16 MiB, so with half of this it
     * would be taken for bytes that were there before.
     */
    private static final long FIRST_WINDOW_BYTES = 64L << 20;

    private static final long WINDOW_BYTES = 256L << 20;

    /** Looking for data in a long hole: one look covers this much, so that 2 TB cost some hundred calls. */
    private static final long HOLE_WINDOW_BYTES = 16L << 30;

    /**
     * The first chunk: one large folio. It lands in a millisecond where a whole chunk would take four, and a reader that
     * waits for the header waits for nothing else.
     */
    private static final long FIRST_CHUNK_BYTES = 2L << 20;

    private final OpenFile file;
    private final FileTally tally;
    private final long chunkBytes;
    private final boolean sequential;
    private final int descriptors;
    private final Placement placement;
    private final RangeSet movable;
    private final Iterator<ByteRange> ranges;
    private final ArrayDeque<Chunk> planned = new ArrayDeque<>();

    private ByteRange range;
    private long surveyedTo;
    private long plannedBytes;
    private long windowBytes = FIRST_WINDOW_BYTES;
    private long sizeBytes = -1;
    private boolean dense;
    private boolean ended;

    /**
     * {@code sequential}: the mechanism gains from read-ahead windows twice as long, which the descriptor is told. Readahead
     * does; sendfile in parallel streams lost a tenth.
     */
    FileWork(
            OpenFile file,
            FileTally tally,
            RangeSet ranges,
            long chunkBytes,
            boolean sequential,
            int descriptors,
            Placement placement,
            RangeSet movable) {
        this.file = file;
        this.tally = tally;
        this.chunkBytes = chunkBytes;
        this.sequential = sequential;
        this.descriptors = descriptors;
        this.placement = placement;
        this.movable = movable;
        this.ranges = ranges.ranges().iterator();
    }

    OpenFile file() {
        return file;
    }

    Placement placement() {
        return placement;
    }

    FileTally tally() {
        return tally;
    }

    /**
     * The next chunk in file order that is still wanted, or null at the end. Counts it as requested; when the file is
     * hopeless, all that is left of it is counted and none of it returned.
     */
    Chunk next(Kernel kernel) throws KernelException {
        if (sizeBytes < 0) {
            FileStatus status = kernel.files().status(file);
            sizeBytes = status.sizeBytes();
            dense = status.allocatedBytes() >= sizeBytes;
            tally.spare().open(kernel.files(), file, descriptors);
            if (sequential) {
                kernel.pageCache().adviseSequential(file);
            }
        }
        Chunk chunk = nextPlanned(kernel);
        while (chunk != null && tally.isWithdrawn(chunk.range())) {
            chunk = nextPlanned(kernel);
        }
        if (chunk != null) {
            tally.requested(chunk.requestedBytes());
            chunk = chunk.through(tally.spare().next(file));
        }
        return chunk;
    }

    private Chunk nextPlanned(Kernel kernel) throws KernelException {
        boolean hopeless = tally.isHopeless();
        while (!ended && (hopeless || plannedBytes < FIRST_WINDOW_BYTES)) {
            survey(kernel);
        }
        if (hopeless) {
            planned.forEach(left -> tally.requested(left.requestedBytes()));
            planned.clear();
        }
        Chunk chunk = planned.pollFirst();
        plannedBytes -= chunk == null ? 0 : chunk.lengthBytes();
        return chunk;
    }

    private void survey(Kernel kernel) throws KernelException {
        if (range == null || surveyedTo >= range.end()) {
            if (!nextRange()) {
                ended = true;
                return;
            }
        }
        long end = Math.min(range.end(), surveyedTo + windowBytes);
        RangeSet here = movable.within(surveyedTo, end);
        if (!here.isEmpty()) {
            new Misplaced(kernel.pageCache(), file, placement).drop(here, tally);
        }
        if (dense) {
            plan(kernel, surveyedTo, end);
        } else {
            List<Extent> data = kernel.files().dataExtents(file, surveyedTo, end - surveyedTo);
            for (Extent extent : data) {
                plan(kernel, extent.offsetBytes(), extent.endBytes());
            }
            windowBytes = data.isEmpty() ? HOLE_WINDOW_BYTES : WINDOW_BYTES;
        }
        surveyedTo = end;
        windowBytes = dense ? WINDOW_BYTES : windowBytes;
    }

    private boolean nextRange() {
        while (ranges.hasNext()) {
            ByteRange next = ranges.next();
            if (next.end() > sizeBytes && next.end() != Long.MAX_VALUE) {
                tally.truncated();
            }
            if (next.start() < sizeBytes) {
                range = new ByteRange(next.start(), Math.min(next.end(), sizeBytes));
                surveyedTo = range.start();
                return true;
            }
        }
        return false;
    }

    private void plan(Kernel kernel, long start, long end) throws KernelException {
        long at = start;
        while (at < end) {
            long size = plannedBytes == 0 && windowBytes == FIRST_WINDOW_BYTES
                    ? Math.min(FIRST_CHUNK_BYTES, chunkBytes)
                    : chunkBytes;
            long chunkEnd = Math.min(end, (at / size + 1) * size);
            planChunk(kernel, new ByteRange(at, chunkEnd));
            at = chunkEnd;
        }
    }

    private void planChunk(Kernel kernel, ByteRange bytes) throws KernelException {
        Residency before = kernel.pageCache().residency(file, bytes.start(), bytes.lengthBytes());
        Chunk chunk = new Chunk(this, file, bytes, before.isKnown() ? before.residentBytes() : -1);
        if (!before.isKnown()) {
            tally.unverified();
        }
        tally.alreadyResident(bytes.lengthBytes() - chunk.requestedBytes());
        if (chunk.requestedBytes() > 0) {
            planned.add(chunk);
            plannedBytes += bytes.lengthBytes();
        }
    }
}
