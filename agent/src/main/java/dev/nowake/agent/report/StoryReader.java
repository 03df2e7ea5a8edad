package dev.nowake.agent.report;

import dev.nowake.agent.observe.JournalEntry;
import dev.nowake.agent.observe.LineKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Puts the lines of a journal together to loads. A line belongs to the load whose number it has, else to the one under way
 * whose model it names; what concerns the whole host belongs to every load under way. For one thread.
 */
final class StoryReader {
    /** Under way at one time; the journal of a host has a handful. The oldest give way. */
    private static final int MOST_UNDER_WAY = 256;

    private final Consumer<LoadStory> finished;
    private final Map<String, LoadStory> underWay = new LinkedHashMap<>();
    private String run = "";
    private long begun;

    private static final Set<String> BEGINNINGS =
            Set.of(LineKind.BEGIN.label(), LineKind.OPEN.label(), LineKind.SAMPLE.label());

    /** Last lines of a load are written this long after the one that ends it, at most. */
    private static final double SETTLED_NANOS = 5e9;

    /** {@code finished} gets every load once, when nothing more is told of it. */
    StoryReader(Consumer<LoadStory> finished) {
        this.finished = finished;
    }

    void take(JournalEntry entry) {
        JsonNode line = entry.fields();
        if (entry.lineKind() == LineKind.START
                || !entry.run().isEmpty() && !entry.run().equals(run)) {
            end("the daemon ended first");
            run = entry.run();
        }
        String model = Field.text(line, "model");
        if (model == null) {
            aboutTheHost(line);
            return;
        }
        LoadStory story = storyOf(entry, model);
        if (story == null) {
            return; // its beginning is lost, or it is about files of no load
        }
        if (entry.lineKind() == LineKind.SAMPLE) {
            sample(story, line);
        } else {
            figures(story, entry.kind(), line);
            mark(story, line);
        }
    }

    /** No more lines come. */
    void end() {
        end("the journal ends before the load does");
    }

    private void end(String why) {
        List<LoadStory> stories = new ArrayList<>(underWay.values());
        stories.sort((a, b) -> Long.compare(a.beganNanos, b.beganNanos));
        underWay.clear();
        for (LoadStory story : stories) {
            story.ending = story.ended ? story.ending : why;
            finished.accept(story);
        }
    }

    private void aboutTheHost(JsonNode line) {
        Mark here = MarkText.of(line, 0);
        if (here != null && here.family() == Mark.Family.TROUBLE) {
            underWay.values().stream().filter(story -> !story.ended).forEach(story -> mark(story, line));
        }
    }

    /** The load a line belongs to, begun where it is the first of one; null where it tells of none. */
    private LoadStory storyOf(JournalEntry entry, String model) {
        long number = Math.max(0, entry.load());
        String key = number > 0 ? Long.toString(number) : "model " + model; // written before loads had numbers
        LoadStory story = underWay.get(key);
        boolean begins = BEGINNINGS.contains(entry.kind());
        boolean again = number == 0 && story != null && story.ended && "open".equals(entry.kind());
        if (again) {
            finished.accept(underWay.remove(key));
        } else if (story != null || !begins) {
            return story;
        }
        if (underWay.size() >= MOST_UNDER_WAY) {
            String oldest = underWay.keySet().iterator().next();
            finished.accept(underWay.remove(oldest));
        }
        story = begin(entry, model);
        story.number = number > 0 ? number : -1;
        underWay.put(key, story);
        return story;
    }

    /** What was loaded before the one that begins now is told of to the end: its last lines come within a second. */
    private void settle(double nowNanos) {
        List<String> over = new ArrayList<>();
        underWay.forEach((key, story) -> {
            if (story.ended && nowNanos - story.beganNanos - story.lastSeconds * 1e9 > SETTLED_NANOS) {
                over.add(key);
            }
        });
        over.forEach(key -> finished.accept(underWay.remove(key)));
    }

    private LoadStory begin(JournalEntry entry, String model) {
        JsonNode line = entry.fields();
        settle(Math.max(0, Field.number(line, "monotonicNanos")));
        LoadStory story = new LoadStory();
        story.order = begun++;
        story.model = model;
        double since = Field.decimal(line, "seconds");
        boolean known = "sample".equals(Field.text(line, "kind")) && !Double.isNaN(since);
        story.beganNanos = Math.max(0, Field.number(line, "monotonicNanos")) - (known ? (long) (since * 1e9) : 0);
        Instant time = entry.time();
        story.began = time == null || !known ? time : time.minusNanos((long) (since * 1e9));
        return story;
    }

    private static double seconds(LoadStory story, JsonNode line) {
        long nanos = Field.number(line, "monotonicNanos");
        return nanos < 0 ? story.lastSeconds : Math.clamp((nanos - story.beganNanos) / 1e9, 0, 1e9);
    }

    private static void mark(LoadStory story, JsonNode line) {
        Mark mark = MarkText.of(line, seconds(story, line));
        if (mark != null) {
            story.mark(mark);
        }
    }

    private static void sample(LoadStory story, JsonNode line) {
        story.sizeBytes = Math.max(story.sizeBytes, Field.number(line, "sizeBytes"));
        about(story, line);
        List<SamplePoint.OfShard> shards = new ArrayList<>();
        for (JsonNode shard : line.path("shards")) {
            int index = (int) Math.min(Integer.MAX_VALUE, Field.number(shard, "shard"));
            if (index >= 0) {
                story.shard(index, Field.text(shard, "file"), Field.number(shard, "sizeBytes"));
                shards.add(new SamplePoint.OfShard(
                        index,
                        Field.number(shard, "residentBytes"),
                        Field.number(shard, "readBytes"),
                        Field.number(shard, "askedBytes"),
                        Field.number(shard, "landedBytes")));
            }
        }
        List<SamplePoint.OfNode> nodes = new ArrayList<>();
        for (JsonNode node : line.path("nodes")) {
            nodes.add(new SamplePoint.OfNode(
                    (int) Math.min(Integer.MAX_VALUE, Field.number(node, "node")),
                    Field.number(node, "freeBytes"),
                    Field.number(node, "lowBytes"),
                    Field.number(node, "highBytes")));
        }
        stoodStill(story, Field.decimal(line, "stillSeconds"));
        double lookedAt = Field.decimal(line, "lookedAt");
        story.prefetchedBytes = Math.max(story.prefetchedBytes, Field.number(line, "landedBytes"));
        story.evictedBytes = Math.max(story.evictedBytes, Field.number(line, "evictedBytes"));
        story.sample(new SamplePoint(
                seconds(story, line),
                Field.text(line, "state"),
                shards,
                Double.isNaN(lookedAt) ? 1 : lookedAt,
                nodes,
                Field.number(line, "kswapdPages"),
                Field.number(line, "directPages"),
                Field.decimal(line, "stalledSeconds"),
                Field.number(line.path("governor"), "waits"),
                Field.text(line.path("governor"), "waitsFor")));
        if ("done".equals(Field.text(line, "state"))) {
            story.ended = true;
        }
    }

    /** Looks in between found what the line before had told, and wrote no line. */
    private static void stoodStill(LoadStory story, double until) {
        SamplePoint before = story.samples.isEmpty() ? null : story.samples.getLast();
        if (before != null && until > before.seconds()) {
            story.sample(before.still(until));
        }
    }

    private static void about(LoadStory story, JsonNode line) {
        story.mode = first(story.mode, Field.text(line, "mode"));
        story.rule = first(story.rule, Field.text(line, "rule"));
        story.policy = first(story.policy, Field.text(line, "policy"));
    }

    private static String first(String known, String now) {
        return known != null ? known : now;
    }

    private static void figures(LoadStory story, String kind, JsonNode line) {
        story.wastedBytes = Math.max(story.wastedBytes, Field.number(line, "wastedBytes"));
        switch (kind) {
            case "begin" -> {
                about(story, line);
                story.sizeBytes = Math.max(story.sizeBytes, Field.number(line, "sizeBytes"));
            }
            case "plan" -> story.policy = first(story.policy, Field.text(line, "policy"));
            case "open" -> {
                about(story, line);
                story.open++;
                int shard = (int) Math.min(Integer.MAX_VALUE, Field.number(line, "shard"));
                if (shard >= 0) {
                    story.shard(shard, MarkText.fileName(Field.text(line, "path")), Field.number(line, "sizeBytes"));
                }
                long before = Field.number(line, "residentBeforeBytes");
                story.residentBeforeBytes =
                        before < 0 ? story.residentBeforeBytes : Math.max(0, story.residentBeforeBytes) + before;
            }
            case "close" -> story.lastCloseSeconds = seconds(story, line);
            case "outcome" -> {
                story.requestedBytes += Math.max(0, Field.number(line, "requestedBytes"));
                story.alreadyResidentBytes += Math.max(0, Field.number(line, "alreadyResidentBytes"));
                story.mechanism = first(story.mechanism, Field.text(line, "mechanism"));
            }
            case "release" -> released(story, line);
            case "forecast" -> {
                story.wouldPrefetchBytes = Field.number(line, "wouldPrefetchBytes");
                story.wouldReleaseBytes = Field.number(line, "wouldReleaseBytes");
                story.ended = true;
            }
            case "done" -> done(story, line);
            default -> {}
        }
    }

    private static void done(LoadStory story, JsonNode line) {
        about(story, line);
        story.ended = true;
        story.doneSeconds = Field.decimal(line, "seconds");
        story.prefetchedBytes = Math.max(story.prefetchedBytes, Field.number(line, "prefetchedBytes"));
        story.evictedBytes = Math.max(story.evictedBytes, Field.number(line, "evictedBytes"));
        story.readBytes = Field.number(line, "readBytes");
        story.unjudgedBytes = Math.max(0, Field.number(line, "unjudgedBytes"));
        story.wouldPrefetchBytes = Math.max(story.wouldPrefetchBytes, Field.number(line, "wouldPrefetchBytes"));
        story.wouldReleaseBytes = Math.max(story.wouldReleaseBytes, Field.number(line, "wouldReleaseBytes"));
    }

    /** A release of an idle model's file has a path and is no load's end. */
    private static void released(LoadStory story, JsonNode line) {
        if (line.has("path")) {
            return;
        }
        story.evictedBytes = Math.max(story.evictedBytes, Field.number(line, "evictedBytes"));
        line.path("refused").properties().forEach(why -> {
            if (story.refused.size() < 16 && why.getValue().isNumber()) {
                story.refused.merge(why.getKey(), Math.max(0, why.getValue().asLong(0)), Long::sum);
            }
        });
        story.ended = true;
    }
}
