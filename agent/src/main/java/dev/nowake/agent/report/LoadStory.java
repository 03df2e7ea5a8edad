package dev.nowake.agent.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the journal tells of one load, as it is read. For one thread. */
public final class LoadStory {
    /** More could not be told apart in a drawing. */
    static final int MOST_MARKS = 2000;

    /** Of any model. */
    private static final int MOST_SHARDS = 4096;

    /** One shard of the model: its name as the journal has it, and its size, -1 where it is not told. */
    record ShardName(String file, long sizeBytes) {}

    /** Which of the journal's loads, in the order they began. */
    long order;

    long number = -1;
    String model = "?";
    Instant began;
    long beganNanos;
    long sizeBytes = -1;
    String mode;
    String rule;
    String policy;
    int marksLeftOut;
    boolean ended;
    String ending;
    double lastSeconds;

    long residentBeforeBytes = -1;
    long requestedBytes;
    long alreadyResidentBytes;
    long prefetchedBytes = -1;
    long evictedBytes = -1;
    long wastedBytes = -1;
    long unjudgedBytes;
    long wouldPrefetchBytes = -1;
    long wouldReleaseBytes = -1;
    long readBytes = -1;
    double doneSeconds = Double.NaN;
    double lastCloseSeconds = -1;
    int open;
    String mechanism;

    final Map<String, Long> refused = new LinkedHashMap<>();
    final TreeMap<Integer, ShardName> shards = new TreeMap<>();
    final List<SamplePoint> samples = new ArrayList<>();
    final List<Mark> marks = new ArrayList<>();
    private boolean emptied;

    public String model() {
        return model;
    }

    /** Null where no line has a time. */
    public Instant began() {
        return began;
    }

    boolean isObserved() {
        return "observe".equals(mode);
    }

    void shard(int index, String file, long bytes) {
        ShardName before = shards.get(index);
        if (before == null && shards.size() >= MOST_SHARDS) {
            return;
        }
        boolean named = before != null && before.file() != null;
        shards.put(
                index,
                new ShardName(named ? before.file() : file, Math.max(bytes, before == null ? -1 : before.sizeBytes())));
    }

    void mark(Mark mark) {
        lastSeconds = Math.max(lastSeconds, mark.seconds());
        if (emptied || marks.size() >= MOST_MARKS) {
            marksLeftOut++;
        } else {
            marks.add(mark);
        }
    }

    void sample(SamplePoint point) {
        lastSeconds = Math.max(lastSeconds, point.seconds());
        if (!emptied) {
            samples.add(point);
        }
    }

    /** About how much memory it takes, in points drawn. */
    int weight() {
        int weight = 2 * marks.size();
        for (SamplePoint sample : samples) {
            weight += 4 + sample.shards().size();
        }
        return weight;
    }

    /** Leaves its figures and forgets its time line. */
    void empty() {
        emptied = true;
        marks.clear();
        samples.clear();
    }

    boolean isEmptied() {
        return emptied;
    }

    /** Of the model: as told, else of its shards. */
    long totalBytes() {
        return sizeBytes >= 0
                ? sizeBytes
                : shards.values().stream()
                        .mapToLong(shard -> Math.max(0, shard.sizeBytes()))
                        .sum();
    }
}
