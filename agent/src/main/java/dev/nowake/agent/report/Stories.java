package dev.nowake.agent.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The loads a report is about, out of a journal of any length. */
public final class Stories {
    /** In a table. */
    private static final int MOST_LOADS = 5000;

    /** Drawn, all loads together: some 40 MB of memory, or three hundred loads of a minute each. */
    private static final int MOST_POINTS = 500_000;

    private final Deque<LoadStory> kept = new ArrayDeque<>();
    private final Instant since;
    private final int last;
    private final JournalLines.Count lines;
    private int found;
    private int points;

    private Stories(List<Path> files, Instant since, int last) throws IOException {
        this.since = since;
        this.last = last;
        StoryReader reader = new StoryReader(this::keep);
        lines = JournalLines.read(files, reader);
        reader.end();
    }

    /** The load that began {@code which} before the last: 1 is the last. None where the journal has fewer. */
    public static Stories load(List<Path> files, int which) throws IOException {
        return new Stories(files, null, which);
    }

    /** Every load that began at that time or later. */
    public static Stories since(List<Path> files, Instant time) throws IOException {
        return new Stories(files, time, MOST_LOADS);
    }

    private void keep(LoadStory story) {
        found++;
        if (since != null && (story.began == null || story.began.isBefore(since))) {
            return;
        }
        kept.addLast(story);
        points += story.weight();
        if (kept.size() > last) {
            LoadStory dropped = kept.removeFirst();
            points -= dropped.weight();
        }
        for (LoadStory oldest : kept) {
            if (points <= MOST_POINTS || oldest == story) {
                break;
            }
            points -= oldest.weight();
            oldest.empty();
        }
    }

    /** Oldest first; of {@link #load} one or none. */
    public List<LoadStory> loads() {
        if (since != null) {
            return new ArrayList<>(kept);
        }
        return kept.size() < last ? List.of() : List.of(kept.getFirst());
    }

    /** In the whole journal. */
    public int found() {
        return found;
    }

    public JournalLines.Count lines() {
        return lines;
    }
}
