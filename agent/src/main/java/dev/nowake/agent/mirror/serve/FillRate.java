package dev.nowake.agent.mirror.serve;

import java.util.ArrayDeque;
import java.util.Deque;

/** How fast bytes come, over the last seconds. Any thread. */
final class FillRate {
    private static final long WINDOW_NANOS = 5_000_000_000L;

    private record Point(long bytes, long nanos) {}

    private final Deque<Point> points = new ArrayDeque<>();

    /** So many have come in all. Called every second or so. */
    synchronized void look(long bytes, long nanos) {
        points.add(new Point(bytes, nanos));
        while (points.size() > 2 && nanos - points.peek().nanos() > WINDOW_NANOS) {
            points.remove();
        }
    }

    /** 0 before two looks. */
    synchronized long bytesPerSecond() {
        if (points.size() < 2) {
            return 0;
        }
        Point first = points.peekFirst();
        Point last = points.peekLast();
        double seconds = Math.max(1, last.nanos() - first.nanos()) / 1e9;
        return Math.round((last.bytes() - first.bytes()) / seconds);
    }
}
