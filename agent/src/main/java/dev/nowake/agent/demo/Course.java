package dev.nowake.agent.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What was in page cache while a load went on and for a second after the loader's exit.
 *
 * @param moments in order; the first may lie before the load
 */
public record Course(List<Moment> moments) {
    /**
     * One look.
     *
     * @param seconds since the loader's first open; less than 0 before
     * @param residentBytes of each shard, in order
     */
    public record Moment(double seconds, List<Long> residentBytes) {
        public Moment {
            residentBytes = List.copyOf(residentBytes);
        }

        long totalBytes() {
            return residentBytes.stream().mapToLong(Long::longValue).sum();
        }
    }

    public Course {
        moments = List.copyOf(moments);
    }

    /** Looks by the clock of {@link System#nanoTime}, from {@code startNanos} on. */
    static Course of(List<Long> nanos, List<List<Long>> resident, long startNanos) {
        List<Moment> moments = new ArrayList<>();
        for (int i = 0; i < nanos.size(); i++) {
            moments.add(new Moment((nanos.get(i) - startNanos) / 1e9, resident.get(i)));
        }
        return new Course(moments);
    }
}
