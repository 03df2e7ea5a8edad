package dev.nowake.policy.trace;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What can be said of a trace in a few numbers.
 *
 * @param touchedBytes the sum of all accesses: what is touched twice counts twice
 * @param sequentialBytes those of them in accesses that begin where the one before in the same file ended, or were the
 *     file's first and begin at its start
 * @param durationNanos of the recording, or up to the last access where that is not told; {@link Access#UNKNOWN} without
 *     times
 * @param files those with accesses, in the order of their first ones
 */
public record TraceStatistics(long touchedBytes, long sequentialBytes, long durationNanos, List<OfFile> files) {
    /**
     * One file's part.
     *
     * @param file its index in the trace
     * @param distinct the bytes touched, each once
     */
    public record OfFile(
            int file, long touchedBytes, RangeSet distinct, int accesses, long firstNanos, long lastNanos) {}

    private static final class Tally {
        private final List<ByteRange> ranges = new ArrayList<>();
        private long touched;
        private long first;
        private long last;
        private long end;
    }

    public TraceStatistics {
        files = List.copyOf(files);
    }

    public static TraceStatistics of(Trace trace) {
        Tally[] tallies = new Tally[trace.files().size()];
        List<Integer> order = new ArrayList<>();
        long sequential = 0;
        for (Access access : trace.accesses()) {
            Tally tally = tallies[access.file()];
            if (tally == null) {
                tally = new Tally();
                tally.first = access.timeNanos();
                tallies[access.file()] = tally;
                order.add(access.file());
            }
            sequential += access.offsetBytes() == tally.end ? access.lengthBytes() : 0;
            tally.touched += access.lengthBytes();
            tally.last = Math.max(tally.last, access.timeNanos());
            tally.end = access.endBytes();
            tally.ranges.add(access.range());
        }
        List<OfFile> files = new ArrayList<>();
        for (int file : order) {
            Tally tally = tallies[file];
            files.add(new OfFile(
                    file,
                    tally.touched,
                    RangeSet.ofAll(tally.ranges),
                    tally.ranges.size(),
                    tally.first,
                    tally.first < 0 ? tally.first : tally.last));
        }
        long touched = files.stream().mapToLong(OfFile::touchedBytes).sum();
        return new TraceStatistics(touched, sequential, duration(trace, tallies), files);
    }

    private static long duration(Trace trace, Tally[] tallies) {
        long told = trace.header().durationNanos();
        boolean timed = trace.accesses().stream().anyMatch(access -> access.timeNanos() >= 0);
        if (told >= 0 || !timed) {
            return told;
        }
        return Arrays.stream(tallies)
                .filter(tally -> tally != null)
                .mapToLong(tally -> tally.last)
                .max()
                .orElse(Access.UNKNOWN);
    }

    public long distinctBytes() {
        return files.stream().mapToLong(file -> file.distinct().bytes()).sum();
    }

    /** 0 to 1; 0 for an empty trace. */
    public double sequentialShare() {
        return touchedBytes == 0 ? 0 : (double) sequentialBytes / touchedBytes;
    }
}
