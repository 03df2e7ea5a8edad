package dev.nowake.agent.observe;

import java.util.List;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;

/** A line of the journal as a person says it. Every line gives one, whatever its fields are. */
public final class Sentence {
    /** A terminal's and a log's reader has enough by then; the journal has it all. */
    private static final int MAX_CHARS = 600;

    private static final int SHOWN_STEPS = 3;

    private final JournalEntry entry;

    private Sentence(JournalEntry entry) {
        this.entry = entry;
    }

    /** One line without control characters. */
    public static String of(JournalEntry entry) {
        Sentence sentence = new Sentence(entry);
        String about = sentence.about();
        String text = sentence.text();
        String line = OneLine.of(about.isEmpty() ? text : text.isEmpty() ? about : about + ": " + text);
        return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "...";
    }

    /** What it is about: a model, a policy, a path. */
    private String about() {
        String model = entry.text("model");
        String policy = entry.text("policy");
        if (entry.lineKind() == LineKind.DISK) {
            return prefixed("mirror ", "mirror");
        }
        boolean ofPolicy = entry.lineKind() == LineKind.POLICY && !policy.isEmpty();
        if (!model.isEmpty() && !ofPolicy) {
            return model;
        }
        return policy.isEmpty() ? entry.text("path") : "policy " + policy;
    }

    private String text() {
        LineKind kind = entry.lineKind();
        if (kind == null) {
            return rest();
        }
        return switch (kind) {
            case START -> "watches " + Amounts.of(entry.number("folders", 0), "folder") + ", " + entry.text("mode");
            case BEGIN -> begin();
            case OPEN -> open();
            case PLAN -> plan();
            case OUTCOME -> outcome();
            case ROOM -> room();
            case CLOSE -> shard() + " closed" + amount(", ", "residentBytes", " resident");
            case RELEASE -> amount("released ", "evictedBytes", "") + time(" in ") + reason(", ") + refused();
            case FORECAST ->
                amount("would have prefetched ", "wouldPrefetchBytes", "")
                        + amount(", released ", "wouldReleaseBytes", "");
            case DONE -> LoadSentence.of(entry) + refused();
            case DISK -> disk();
            case COMPACTION -> compaction();
            case FENCE -> mount() + "silent for " + Amounts.seconds(positive("silentSeconds")) + ": " + reason("");
            case LIFT -> mount() + "returns again after " + Amounts.seconds(positive("fencedSeconds"));
            case POLICY -> policy();
            case LOG -> "says " + entry.text("text");
            case LOST -> Amounts.of(entry.number("lines", 0), "journal line") + " lost since " + entry.text("since");
            case SHORTAGE, PAGES -> reason("");
            case STOP -> "stops" + reason(": ");
            case LOAD, MOUNT, OVERFLOW, WARNING, ERROR -> pathUnlessAbout() + reason("") + wrapped("at");
            case RELOAD -> reload();
            case MIRROR -> mirror();
            case SWITCH -> change();
            case SAMPLE -> rest();
        };
    }

    private String begin() {
        return amount("a load begins, ", "sizeBytes", "") + " in " + Amounts.of(entry.number("shards", 0), "shard")
                + prefixed(" of ", "format") + ", read by pid " + entry.number("pid", 0) + "; "
                + entry.text("mode") + prefixed(" ", "policy") + prefixed(" by ", "rule");
    }

    private String open() {
        return shard() + " opened by pid " + entry.number("pid", 0) + amount(", ", "sizeBytes", "")
                + amount(", ", "residentBytes", " resident");
    }

    private String shard() {
        long shard = entry.number("shard", -1);
        return shard < 0 ? "a shard" : "shard " + shard;
    }

    private String plan() {
        StringJoiner steps = new StringJoiner("; ");
        JsonNode list = entry.fields().path("steps");
        int shown = 0;
        for (JsonNode step : list) {
            if (shown++ < SHOWN_STEPS) {
                steps.add(step(new JournalEntry(step, entry.raw())));
            }
        }
        if (shown > SHOWN_STEPS) {
            steps.add(shown - SHOWN_STEPS + " more");
        }
        String would = entry.text("mode").equals("observe") ? " would: " : ": ";
        return entry.text("policy") + " at " + entry.text("trigger") + would + steps
                + (entry.has("refused") ? ", some refused" : "");
    }

    private static String step(JournalEntry step) {
        long shard = step.number("shard", -1);
        return step.text("action")
                + new Sentence(step).amount(" ", "lengthBytes", "")
                + (shard < 0 ? "" : " of shard " + shard)
                + new Sentence(step).wrapped("reason");
    }

    private String outcome() {
        long landed = entry.number("landedBytes", 0);
        return "prefetched " + Amounts.bytes(landed) + rate(landed) + prefixed(" by ", "mechanism")
                + amount(", ", "alreadyResidentBytes", " was there")
                + (entry.has("errors") ? ", errors " + entry.fields().get("errors") : "")
                + (entry.fields().path("cancelled").asBoolean(false) ? ", cancelled" : "");
    }

    private String rate(long bytes) {
        double seconds = entry.decimal("seconds");
        return seconds > 0.001 ? time(" in ") + " (" + Amounts.digits(bytes / seconds / 1e9) + " GB/s)" : time(" in ");
    }

    private String room() {
        return amount("room for ", "wantedBytes", "")
                + amount(", ", "missingBytes", " missing")
                + amount(", ", "reclaimedBytes", " reclaimed")
                + reason(", ");
    }

    private String disk() {
        String would = entry.text("mode").equals("observe") ? "would evict " : "evicted ";
        String evicted = models("evicted");
        String stayed = models("stayed");
        String missing = amount("", "missingBytes", " missing on the disk") + reason(": ");
        return (evicted.isEmpty() ? "" : would + evicted + prefixed(" for ", "by") + time(" in "))
                + (stayed.isEmpty() ? "" : (evicted.isEmpty() ? "" : "; ") + "stayed " + stayed)
                + (missing.isEmpty() ? "" : (evicted.isEmpty() && stayed.isEmpty() ? "" : "; ") + missing);
    }

    /** Of a list of models with their bytes and a reason. */
    private String models(String key) {
        StringJoiner models = new StringJoiner(", ");
        JsonNode list = entry.fields().path(key);
        int shown = 0;
        for (JsonNode each : list) {
            if (shown++ < SHOWN_STEPS) {
                JournalEntry model = new JournalEntry(each, entry.raw());
                models.add(model.text("model")
                        + new Sentence(model).amount(" ", "bytes", "")
                        + new Sentence(model).wrapped("reason"));
            }
        }
        if (shown > SHOWN_STEPS) {
            models.add(shown - SHOWN_STEPS + " more");
        }
        return models.toString();
    }

    private String compaction() {
        return "free memory compacted" + time(" in ")
                + amount(", in large blocks ", "blockBytesBefore", "")
                + amount(" before, ", "blockBytesAfter", " after")
                + prefixed(", failed: ", "failure");
    }

    private String mount() {
        String type = entry.text("fsType");
        return type.isEmpty() ? "" : type + " ";
    }

    private String policy() {
        String what = entry.text("event");
        if (entry.has("failure")) {
            what = entry.text("failure") + prefixed(" at ", "trigger") + prefixed(" of ", "model");
        }
        return what + reason(": ");
    }

    private String reload() {
        if (entry.has("errors")) {
            return "the configuration is refused: " + texts("errors") + reason("; ");
        }
        String later = entry.has("atRestart") ? "; at the next start: " + texts("atRestart") : "";
        String now = texts("changes");
        return "the configuration was read again: " + (now.isEmpty() ? "nothing changed" : now) + later;
    }

    private String mirror() {
        String name = "mirror " + entry.text("mirror") + " ";
        return switch (entry.text("event")) {
            case "open" -> name + "shows " + entry.text("remote");
            case "synced" -> name + "looked through its remote: " + synced();
            case "complete" -> name + "has all of it" + amount(", ", "bytes", "") + time(" in ");
            default -> name + entry.text("event") + reason(": ");
        };
    }

    private String synced() {
        StringJoiner parts = new StringJoiner(", ").add(Amounts.of(entry.number("files", 0), "file"));
        for (String part : List.of("appeared", "changed", "removed", "skipped")) {
            if (entry.number(part, 0) > 0) {
                parts.add(entry.number(part, 0) + " " + part);
            }
        }
        return parts + (entry.has("told") ? "; " + texts("told") : "");
    }

    private String change() {
        double seconds = entry.decimal("forSeconds");
        return entry.text("switch")
                + prefixed(" ", "mode")
                + prefixed(" ", "rule")
                + (entry.has("models") ? " " + texts("models") : "")
                + (seconds > 0 ? " for " + Amounts.seconds(seconds) : "")
                + prefixed(" by ", "by")
                + reason(": ");
    }

    private String texts(String key) {
        StringJoiner texts = new StringJoiner(", ");
        entry.fields().path(key).forEach(text -> texts.add(text.isString() ? text.stringValue() : text.toString()));
        return texts.toString();
    }

    private String refused() {
        StringJoiner stayed = new StringJoiner(", ");
        entry.fields().path("refused").properties().forEach(refused -> {
            if (refused.getValue().canConvertToLong() && refused.getValue().isIntegralNumber()) {
                stayed.add(Amounts.bytes(refused.getValue().longValue()) + " stayed " + refused.getKey());
            }
        });
        return stayed.length() == 0 ? "" : "; " + stayed;
    }

    private String pathUnlessAbout() {
        String path = entry.text("path");
        return path.isEmpty() || about().equals(path) ? "" : path + ": ";
    }

    /** Of kinds that other versions, or other parts, write as they like. */
    private String rest() {
        StringJoiner pairs = new StringJoiner(", ");
        entry.fields().properties().forEach(field -> {
            boolean told = switch (field.getKey()) {
                case "time", "monotonicNanos", "kind", "run", "load", "model", "path", "pathBase64" -> true;
                default -> false;
            };
            if (!told && pairs.length() < MAX_CHARS) {
                JsonNode value = field.getValue();
                pairs.add(field.getKey() + " " + (value.isString() ? value.stringValue() : value.toString()));
            }
        });
        return pairs.toString();
    }

    private String reason(String before) {
        return prefixed(before, "reason");
    }

    private String prefixed(String before, String key) {
        String text = entry.text(key);
        return text.isEmpty() ? "" : before + text;
    }

    private String wrapped(String key) {
        String text = entry.text(key);
        return text.isEmpty() ? "" : " (" + text + ")";
    }

    private String amount(String before, String key, String after) {
        long bytes = entry.number(key, -1);
        return bytes < 0 ? "" : before + Amounts.bytes(bytes) + after;
    }

    private String time(String before) {
        double seconds = entry.decimal("seconds");
        return seconds >= 0 ? before + Amounts.seconds(seconds) : "";
    }

    private double positive(String key) {
        double value = entry.decimal(key);
        return value >= 0 ? value : 0;
    }
}
