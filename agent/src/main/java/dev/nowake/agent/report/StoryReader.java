package dev.nowake.agent.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * Puts the lines of a journal together to loads. A line belongs to the load whose number it has, else to the one under way
 * whose model it names; what concerns the whole host belongs to every load under way. For one thread.
 */
final class StoryReader implements Consumer<JsonNode> {
    private final Consumer<LoadStory> finished;
    private final Map<String, LoadStory> underWay = new HashMap<>();

    /** {@code finished} gets every load once, when nothing more is told of it. */
    StoryReader(Consumer<LoadStory> finished) {
        this.finished = finished;
    }

    @Override
    public void accept(JsonNode line) {
        String kind = Field.text(line, "kind");
        if ("start".equals(kind)) {
            end("the daemon ended first");
            return;
        }
        String model = Field.text(line, "model");
        if (model == null) {
            aboutTheHost(line);
            return;
        }
        LoadStory story = storyOf(line, kind, model);
        if (story == null) {
            return; // its beginning is lost
        }
        if ("sample".equals(kind)) {
            sample(story, line);
        } else {
            figures(story, kind, line);
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
    private LoadStory storyOf(JsonNode line, String kind, String model) {
        long number = Field.number(line, "load");
        LoadStory story = underWay.get(model);
        boolean begins = "open".equals(kind) || "begin".equals(kind) || "sample".equals(kind);
        boolean another = story != null
                && (number >= 0 && story.number >= 0 && number != story.number
                        || story.ended && begins && !"sample".equals(kind));
        if (another && number >= 0 && number < story.number) {
            return null; // a straggler of the load before
        }
        if ((story == null || another) && begins) {
            if (story != null) {
                finished.accept(story);
            }
            story = begin(line, model);
            underWay.put(model, story);
        }
        if (story != null && number >= 0) {
            story.number = number;
        }
        return story;
    }

    private static LoadStory begin(JsonNode line, String model) {
        LoadStory story = new LoadStory();
        story.model = model;
        double since = Field.decimal(line, "seconds");
        boolean known = "sample".equals(Field.text(line, "kind")) && !Double.isNaN(since);
        story.beganNanos = Math.max(0, Field.number(line, "monotonicNanos")) - (known ? (long) (since * 1e9) : 0);
        Instant time = Field.time(line);
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
            case "begin", "plan" -> about(story, line);
            case "open" -> {
                about(story, line);
                story.open++;
                int shard = (int) Math.min(Integer.MAX_VALUE, Field.number(line, "shard"));
                if (shard >= 0) {
                    story.shard(shard, fileName(Field.text(line, "path")), Field.number(line, "sizeBytes"));
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
            case "done" -> story.ended = true;
            default -> {}
        }
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

    private static String fileName(String path) {
        return path == null ? null : path.substring(path.lastIndexOf('/') + 1);
    }
}
