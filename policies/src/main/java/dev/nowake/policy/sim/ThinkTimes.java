package dev.nowake.policy.sim;

import dev.nowake.policy.trace.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a reader computed after each access. A recording only has the time from one access to the next, in which bytes
 * were read and worked on. The pace of its quickest accesses, those that make up a tenth of all bytes, is taken for the
 * storage's; what an access took beyond its bytes at that pace was thought. So a reader that computes evenly looks as if its
 * storage were slow: nothing in a recording tells the two apart.
 */
final class ThinkTimes {
    /** No pause in a load is worth more: a file that claims one of years is not to be waited for. */
    static final long MAX_NANOS = 10_000_000_000L;

    private static final double QUICKEST_SHARE = 0.1;

    private record Gap(double nanosPerByte, long bytes) {}

    private final Recording recording;
    private final double nanosPerByte;
    private final long beginNanos;

    ThinkTimes(Recording recording) {
        this.recording = recording;
        this.nanosPerByte = pace(recording);
        this.beginNanos = recording.accesses().stream()
                .mapToLong(Access::timeNanos)
                .filter(nanos -> nanos >= 0)
                .min()
                .orElse(0);
    }

    /** Nanoseconds before the reader's first access, counted from the recording's first. */
    long before(int first) {
        return clamp(recording.accesses().get(first).timeNanos() - beginNanos);
    }

    /** Nanoseconds between an access and the same reader's next one. */
    long between(int access, int next) {
        Access from = recording.accesses().get(access);
        long gap = gap(from, recording.accesses().get(next));
        return gap < 0 ? 0 : clamp(gap - (long) (from.lengthBytes() * nanosPerByte));
    }

    private static long clamp(long nanos) {
        return Math.clamp(nanos, 0, MAX_NANOS);
    }

    /** -1 where there are no times, or they run backwards. */
    private static long gap(Access from, Access to) {
        return from.timeNanos() < 0 || to.timeNanos() < from.timeNanos() ? -1 : to.timeNanos() - from.timeNanos();
    }

    private static double pace(Recording recording) {
        List<Gap> gaps = new ArrayList<>();
        Map<Integer, Access> last = new HashMap<>();
        long bytes = 0;
        for (Access access : recording.accesses()) {
            Access from = last.put(access.pid(), access);
            long gap = from == null ? -1 : gap(from, access);
            if (gap > 0) {
                gaps.add(new Gap((double) gap / from.lengthBytes(), from.lengthBytes()));
                bytes += from.lengthBytes();
            }
        }
        gaps.sort((a, b) -> Double.compare(a.nanosPerByte(), b.nanosPerByte()));
        long seen = 0;
        for (Gap gap : gaps) {
            seen += gap.bytes();
            if (seen >= bytes * QUICKEST_SHARE) {
                return gap.nanosPerByte();
            }
        }
        return 0;
    }
}
