package dev.nowake.agent.report;

import dev.nowake.agent.config.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A journal line in words. Returns plain text: whoever writes it into a page escapes it. */
final class MarkText {
    private static final int MOST_STEPS = 24;

    private MarkText() {}

    /** Null for a line that is no mark on a time line. */
    static Mark of(JsonNode line, double seconds) {
        String kind = Field.text(line, "kind");
        return switch (kind == null ? "" : kind) {
            case "open" -> reader(line, seconds, "opened");
            case "close" -> reader(line, seconds, "closed");
            case "plan" -> plan(line, seconds);
            case "outcome" -> outcome(line, seconds);
            case "release" -> release(line, seconds);
            case "forecast" -> forecast(line, seconds);
            case "room" -> room(line, seconds);
            case "compaction", "pages", "load" -> plain(line, seconds, Mark.Family.RESULT, kind);
            case "shortage", "error", "fence", "lift", "overflow", "warning", "switch", "policy", "mount" ->
                plain(line, seconds, Mark.Family.TROUBLE, kind);
            default -> null;
        };
    }

    private static Mark plain(JsonNode line, double seconds, Mark.Family family, String kind) {
        String reason = Field.text(line, "reason");
        String name = Field.text(line, "policy");
        String title = "policy".equals(kind) && name != null ? "policy " + name : kind;
        return new Mark(seconds, family, kind, title, reason == null ? "" : reason);
    }

    private static Mark reader(JsonNode line, double seconds, String verb) {
        long shard = Field.number(line, "shard");
        long pid = Field.number(line, "pid");
        List<String> text = new ArrayList<>();
        add(text, null, fileName(Field.text(line, "path")));
        add(text, "by pid", pid < 0 ? null : Long.toString(pid));
        add(text, "resident", bytes(line, "residentBytes"));
        add(text, null, "closed".equals(verb) ? Field.text(line, "reason") : null);
        String what = shard < 0 ? "a shard" : "shard " + shard;
        return new Mark(seconds, Mark.Family.READER, verb, what + " " + verb, String.join(", ", text));
    }

    private static Mark plan(JsonNode line, double seconds) {
        String policy = Field.text(line, "policy");
        String trigger = Field.text(line, "trigger");
        List<String> text = new ArrayList<>();
        JsonNode steps = line.path("steps");
        for (int i = 0; i < Math.min(steps.size(), MOST_STEPS); i++) {
            text.add(step(steps.path(i)));
        }
        if (steps.size() > MOST_STEPS) {
            text.add((steps.size() - MOST_STEPS) + " more steps");
        }
        JsonNode refused = line.path("refused");
        if (refused.size() > 0) {
            text.add(refused.size() + " steps refused by the guard: " + cut(refused.path(0)));
        }
        boolean observed = "observe".equals(Field.text(line, "mode"));
        String title = (observed ? "would have, at " : "at ")
                + (trigger == null ? "?" : trigger)
                + (policy == null ? "" : ", by " + policy);
        return new Mark(seconds, Mark.Family.DECISION, "plan", title, String.join("\n", text));
    }

    private static String step(JsonNode step) {
        String action = Field.text(step, "action");
        StringBuilder text = new StringBuilder(action == null ? "step" : action);
        long shard = Field.number(step, "shard");
        if (shard >= 0) {
            text.append(" shard ").append(shard);
        }
        String file = Field.text(step, "file");
        if (file != null) {
            text.append(' ').append(file);
        }
        long length = Field.number(step, "lengthBytes");
        long offset = Field.number(step, "offsetBytes");
        if (length >= 0) {
            text.append(": ").append(ByteSize.format(length));
        }
        if (offset > 0) {
            text.append(" from ").append(ByteSize.format(offset)).append(" on");
        }
        String reason = Field.text(step, "reason");
        return reason == null
                ? text.toString()
                : text.append(" (").append(reason).append(')').toString();
    }

    private static Mark outcome(JsonNode line, double seconds) {
        List<String> text = new ArrayList<>();
        add(text, "asked of storage", bytes(line, "requestedBytes"));
        add(text, "landed", bytes(line, "landedBytes"));
        add(text, "was there", bytes(line, "alreadyResidentBytes"));
        add(text, "by", Field.text(line, "mechanism"));
        add(text, "in", seconds(line));
        add(text, "room", bytes(line, "roomBytes"));
        add(text, "errors", line.path("errors").isObject() ? cut(line.path("errors")) : null);
        return new Mark(seconds, Mark.Family.RESULT, "outcome", "prefetch done", String.join(", ", text));
    }

    private static Mark release(JsonNode line, double seconds) {
        List<String> text = new ArrayList<>();
        add(text, "dropped", bytes(line, "evictedBytes"));
        for (Map.Entry<String, JsonNode> why : line.path("refused").properties()) {
            text.add(ByteSize.format(Math.max(0, why.getValue().asLong(0))) + " stayed: " + why.getKey());
        }
        add(text, null, Field.text(line, "reason"));
        add(text, null, line.path("abandoned").asBoolean(false) ? "given up: somebody came back" : null);
        return new Mark(seconds, Mark.Family.RESULT, "release", "released", String.join(", ", text));
    }

    private static Mark forecast(JsonNode line, double seconds) {
        List<String> text = new ArrayList<>();
        add(text, "would have prefetched", bytes(line, "wouldPrefetchBytes"));
        add(text, "would have released", bytes(line, "wouldReleaseBytes"));
        add(text, null, Field.text(line, "reason"));
        return new Mark(seconds, Mark.Family.RESULT, "forecast", "forecast", String.join(", ", text));
    }

    private static Mark room(JsonNode line, double seconds) {
        List<String> text = new ArrayList<>();
        add(text, "wanted", bytes(line, "wantedBytes"));
        add(text, "missing", bytes(line, "missingBytes"));
        add(text, "reclaimed", bytes(line, "reclaimedBytes"));
        add(text, null, Field.text(line, "reason"));
        return new Mark(seconds, Mark.Family.RESULT, "room", "room made", String.join(", ", text));
    }

    /** Its folder is the same for all of them. */
    static String fileName(String path) {
        return path == null ? null : path.substring(path.lastIndexOf('/') + 1);
    }

    private static void add(List<String> text, String label, String value) {
        if (value != null) {
            text.add(label == null ? value : label + " " + value);
        }
    }

    private static String bytes(JsonNode line, String name) {
        long bytes = Field.number(line, name);
        return bytes < 0 ? null : ByteSize.format(bytes);
    }

    private static String seconds(JsonNode line) {
        double seconds = Field.decimal(line, "seconds");
        return Double.isNaN(seconds) ? null : Quantity.seconds(seconds);
    }

    private static String cut(JsonNode node) {
        String text = node.isString() ? node.asString() : node.toString();
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
