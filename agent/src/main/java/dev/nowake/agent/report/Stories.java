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
    private final long wanted;
    private final int mostPoints;
    private long lines;
    private long foreignLines;
    private int found;
    private int points;

    private Stories(Path journal, Instant since, long wanted, int mostPoints) throws IOException {
        this.since = since;
        this.wanted = wanted;
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
     * The last load.
     *
     * @param journal the current file; what it was before is found beside it
     */
    public static Stories last(Path journal) throws IOException {
        return new Stories(journal, null, 0, MOST_POINTS);
    }

    /** The load of that number, as the journal and {@code status} have it, of the last daemon that had so many. */
    public static Stories load(Path journal, long number) throws IOException {
        return new Stories(journal, null, number, MOST_POINTS);
    }

    /** Every load that began at that time or later. */
    public static Stories since(Path journal, Instant time) throws IOException {
        return since(journal, time, MOST_POINTS);
    }

    /** {@code mostPoints}: beyond them the oldest loads keep their figures and lose their time lines. */
    static Stories since(Path journal, Instant time, int mostPoints) throws IOException {
        return new Stories(journal, time, 0, mostPoints);
    }

    private void keep(LoadStory story) {
        found++;
        if (since != null && (story.began == null || story.began.isBefore(since))) {
            return;
        }
        if (wanted > 0 && story.number != wanted) {
            return;
        }
        kept.put(story.order, story);
        points += story.weight();
        if (kept.size() > (since == null ? 1 : MOST_LOADS)) {
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

    /** Oldest first; one or none where one was asked for. */
    public List<LoadStory> loads() {
        return new ArrayList<>(kept.values());
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
