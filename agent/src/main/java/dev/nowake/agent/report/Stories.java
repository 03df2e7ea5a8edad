package dev.nowake.agent.report;

import dev.nowake.agent.observe.JournalEntry;
import dev.nowake.agent.observe.JournalReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The loads a report is about, out of a journal of any length. */
public final class Stories {
    /** In a table. */
    private static final int MOST_LOADS = 5000;

    /** Drawn, all loads together: some 40 MB of memory, or three hundred loads of a minute each. */
    private static final int MOST_POINTS = 500_000;

    private final TreeMap<Long, LoadStory> kept = new TreeMap<>();
    private final Instant since;
    private final int last;
    private final int mostPoints;
    private long lines;
    private long foreignLines;
    private int found;
    private int points;

    private Stories(Path journal, Instant since, int last, int mostPoints) throws IOException {
        this.since = since;
        this.last = last;
        this.mostPoints = mostPoints;
        StoryReader stories = new StoryReader(this::keep);
        try (JournalReader reader = new JournalReader(journal, since)) {
            for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
                lines++;
                stories.take(entry);
            }
            foreignLines = reader.skipped();
        }
        stories.end();
    }

    /**
     * The load that began {@code which} before the last: 1 is the last. None where the journal has fewer.
     *
     * @param journal the current file; what it was before is found beside it
     */
    public static Stories load(Path journal, int which) throws IOException {
        return new Stories(journal, null, which, MOST_POINTS);
    }

    /** Every load that began at that time or later. */
    public static Stories since(Path journal, Instant time) throws IOException {
        return since(journal, time, MOST_POINTS);
    }

    /** {@code mostPoints}: beyond them the oldest loads keep their figures and lose their time lines. */
    static Stories since(Path journal, Instant time, int mostPoints) throws IOException {
        return new Stories(journal, time, MOST_LOADS, mostPoints);
    }

    private void keep(LoadStory story) {
        found++;
        if (since != null && (story.began == null || story.began.isBefore(since))) {
            return;
        }
        kept.put(story.order, story);
        points += story.weight();
        if (kept.size() > last) {
            points -= kept.pollFirstEntry().getValue().weight();
        }
        for (LoadStory oldest : kept.values()) {
            if (points <= mostPoints || oldest == story) {
                break;
            }
            points -= oldest.weight();
            oldest.empty();
        }
    }

    /** Oldest first; of {@link #load} one or none. */
    public List<LoadStory> loads() {
        if (since != null) {
            return new ArrayList<>(kept.values());
        }
        return kept.size() < last ? List.of() : List.of(kept.firstEntry().getValue());
    }

    /** In the whole journal. */
    public int found() {
        return found;
    }

    /** That are a journal's. */
    public long lines() {
        return lines;
    }

    /** That are torn, or nobody's. */
    public long foreignLines() {
        return foreignLines;
    }
}
