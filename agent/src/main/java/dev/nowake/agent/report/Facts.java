package dev.nowake.agent.report;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The figures of one load. Bytes and counts are -1, times NaN, texts null where the journal does not tell.
 *
 * @param readSeconds from the first open until the readers had touched all they touched
 * @param readBytes what they touched
 * @param askedBytes what the policy wanted prefetched; in observe mode what it would have
 * @param wastedBytes prefetched, and surely not read
 * @param unjudgedBytes prefetched, and nobody can tell
 * @param residentAfterBytes when the load was over
 * @param lowestFreeBytes of all nodes together
 * @param ending why nothing more is known of it; null for a load that ended
 */
public record Facts(
        long load,
        String model,
        Instant began,
        String mode,
        String rule,
        String policy,
        long sizeBytes,
        int shards,
        double seconds,
        double readSeconds,
        long readBytes,
        long askedBytes,
        long prefetchedBytes,
        long wastedBytes,
        long unjudgedBytes,
        long evictedBytes,
        Map<String, Long> refusedBytes,
        long residentBeforeBytes,
        long peakResidentBytes,
        long residentAfterBytes,
        long wouldPrefetchBytes,
        long wouldReleaseBytes,
        long kswapdPages,
        long directPages,
        double stalledSeconds,
        long waits,
        Set<String> waitsFor,
        long lowestFreeBytes,
        int samples,
        String ending) {

    public static Facts of(LoadStory story) {
        return of(story, Timeline.of(story));
    }

    static Facts of(LoadStory story, Timeline line) {
        SamplePoint last = line.host.isEmpty() ? null : line.host.getLast();
        boolean done = last != null && "done".equals(last.state());
        long lowestFree = -1;
        Set<String> waitsFor = new LinkedHashSet<>();
        for (SamplePoint sample : line.host) {
            long free = sample.nodes().stream()
                    .mapToLong(node -> Math.max(0, node.freeBytes()))
                    .sum();
            lowestFree = sample.nodes().isEmpty() || lowestFree >= 0 && lowestFree < free ? lowestFree : free;
            if (sample.waitsFor() != null && waitsFor.size() < 8) {
                waitsFor.add(sample.waitsFor());
            }
        }
        return new Facts(
                story.number,
                story.model,
                story.began,
                story.mode,
                story.rule,
                story.policy,
                story.totalBytes(),
                story.shards.size(),
                story.lastSeconds,
                readSeconds(story, line),
                Math.max(story.readBytes, (long) Timeline.most(line.totalRead)),
                (long) Timeline.most(line.totalAsked),
                story.prefetchedBytes,
                story.wastedBytes,
                story.unjudgedBytes,
                story.evictedBytes,
                new LinkedHashMap<>(story.refused),
                story.residentBeforeBytes,
                (long) Timeline.most(line.totalResident),
                done ? (long) line.totalResident[line.totalResident.length - 1] : -1,
                story.wouldPrefetchBytes,
                story.wouldReleaseBytes,
                last == null ? -1 : last.kswapdPages(),
                last == null ? -1 : last.directPages(),
                last == null ? Double.NaN : last.stalledSeconds(),
                last == null ? -1 : last.waits(),
                waitsFor,
                lowestFree,
                story.samples.size(),
                story.ended ? null : story.ending);
    }

    /** Readers have closed everything, or had touched everything before that. */
    private static double readSeconds(LoadStory story, Timeline line) {
        double most = Timeline.most(line.totalRead);
        double closed = story.lastCloseSeconds > 0 ? story.lastCloseSeconds : story.doneSeconds;
        for (int i = 0; most > 0 && i < line.seconds.length; i++) {
            if (line.totalRead[i] >= most * 0.9999) {
                return Double.isNaN(closed) ? line.seconds[i] : Math.min(closed, line.seconds[i]);
            }
        }
        return closed;
    }

    public boolean isObserved() {
        return "observe".equals(mode);
    }

    /** NaN where it is not known how much was read, or in what time. */
    public double bytesPerSecond() {
        return readBytes > 0 && readSeconds > 0 ? readBytes / readSeconds : Double.NaN;
    }
}
