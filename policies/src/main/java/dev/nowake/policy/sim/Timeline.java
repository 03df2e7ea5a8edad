package dev.nowake.policy.sim;

import java.util.PriorityQueue;

/** Virtual time: what is to happen, in order. Two things at one time happen in the order they were planned. */
final class Timeline {
    private record Event(long nanos, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(nanos, other.nanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowNanos;
    private long planned;

    long nowNanos() {
        return nowNanos;
    }

    void after(long nanos, Runnable action) {
        events.add(new Event(nowNanos + nanos, planned++, action));
    }

    /** Lets the next thing happen; false when nothing is planned. */
    boolean step() {
        Event next = events.poll();
        if (next == null) {
            return false;
        }
        nowNanos = next.nanos();
        next.action().run();
        return true;
    }
}
