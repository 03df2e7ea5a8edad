package dev.nowake.policy.trace;

import dev.nowake.model.ByteRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Bytes of one file that were seen so far, by which the first touch of each is told from later ones. For one thread. */
public final class FirstTouches {
    private final TreeMap<Long, Long> seen = new TreeMap<>();

    /** The parts of the range that were not seen before, in the file's order; they are seen from now on. */
    public List<ByteRange> take(ByteRange range) {
        List<ByteRange> fresh = new ArrayList<>();
        long start = range.start();
        long end = range.end();
        long at = range.start();
        Map.Entry<Long, Long> before = seen.floorEntry(start);
        if (before != null && before.getValue() >= start) {
            start = before.getKey();
            at = Math.max(at, before.getValue());
            end = Math.max(end, before.getValue());
        }
        Map.Entry<Long, Long> next = seen.higherEntry(start);
        while (next != null && next.getKey() <= end) {
            if (next.getKey() > at && at < range.end()) {
                fresh.add(new ByteRange(at, Math.min(next.getKey(), range.end())));
            }
            at = Math.max(at, next.getValue());
            end = Math.max(end, next.getValue());
            seen.remove(next.getKey());
            next = seen.higherEntry(start);
        }
        if (at < range.end()) {
            fresh.add(new ByteRange(at, range.end()));
        }
        seen.put(start, end);
        return fresh;
    }

    /**
     * The trace's accesses as whole pages, each page once, where it was first touched. Pages reach to the file's end at
     * most where its size is told.
     */
    public static List<Access> of(Trace trace, long pageBytes) {
        List<FirstTouches> files = new ArrayList<>();
        trace.files().forEach(file -> files.add(new FirstTouches()));
        List<Access> first = new ArrayList<>();
        for (Access access : TraceMerger.merge(trace.accesses())) {
            long size = trace.files().get(access.file()).sizeBytes();
            long start = access.offsetBytes() & -pageBytes;
            long end = Math.min(Long.MAX_VALUE - pageBytes, access.endBytes()) + pageBytes - 1 & -pageBytes;
            end = size < 0 ? end : Math.min(end, size);
            if (end <= start) {
                continue;
            }
            for (ByteRange range : files.get(access.file()).take(new ByteRange(start, end))) {
                first.add(new Access(
                        access.file(),
                        range.start(),
                        range.lengthBytes(),
                        access.node(),
                        access.timeNanos(),
                        access.pid()));
            }
        }
        return TraceMerger.merge(first);
    }
}
