package dev.nowake.agent.daemon;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Large folios at the edges of ranges. One that is not wholly inside a range stays when the range is dropped; when the
 * other part of it is dropped later, by itself, it would stay again.
 */
final class Seams {
    /** The largest folio of the page cache (PMD order on x86-64 and arm64 with 4 KiB pages); folios are aligned to their size. */
    private static final long FOLIO_BYTES = 2L << 20;

    private Seams() {}

    /** {@code fresh}, and of what was dropped before the rest of each folio at an edge between both. */
    static RangeSet closed(RangeSet fresh, RangeSet dropped) {
        List<ByteRange> folios = new ArrayList<>();
        for (ByteRange range : fresh.ranges()) {
            long start = floor(range.start());
            folios.add(new ByteRange(start, start + FOLIO_BYTES));
            long last = floor(range.end() - 1);
            folios.add(new ByteRange(last, last + FOLIO_BYTES));
        }
        return fresh.union(dropped.intersect(RangeSet.ofAll(folios)));
    }

    /** Without the folios that reach over an edge. */
    static RangeSet inside(RangeSet ranges, long sizeBytes) {
        List<ByteRange> inside = new ArrayList<>();
        for (ByteRange range : ranges.ranges()) {
            long start = Math.ceilDiv(range.start(), FOLIO_BYTES) * FOLIO_BYTES;
            long end = range.end() >= sizeBytes ? range.end() : floor(range.end());
            if (start < end) {
                inside.add(new ByteRange(start, end));
            }
        }
        return RangeSet.ofAll(inside);
    }

    private static long floor(long bytes) {
        return bytes - bytes % FOLIO_BYTES;
    }
}
