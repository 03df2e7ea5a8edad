package dev.nowake.agent.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Journal lines as the daemon writes them, made up. */
public final class JournalText {
    public static final Instant BEGAN = Instant.parse("2026-11-21T16:00:00Z");
    private static final long BEGAN_NANOS = 5_000_000_000L;

    private final List<String> lines = new ArrayList<>();

    public JournalText line(double seconds, String kind, Object... fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", BEGAN.plusNanos((long) (seconds * 1e9)).toString());
        line.put("monotonicNanos", BEGAN_NANOS + (long) (seconds * 1e9));
        line.put("kind", kind);
        line.put("run", "r1");
        for (int i = 0; i < fields.length; i += 2) {
            line.put((String) fields[i], fields[i + 1]);
        }
        return raw(JsonMapper.shared().writeValueAsString(line));
    }

    public JournalText raw(String text) {
        lines.add(text);
        return this;
    }

    /** A load of one shard of a million bytes that is read within a second and released. */
    public JournalText load(int number, String model, double at) {
        line(
                at,
                "begin",
                "load",
                number,
                "model",
                model,
                "sizeBytes",
                1_000_000,
                "mode",
                "enforce",
                "policy",
                "whole-file");
        line(
                at,
                "open",
                "load",
                number,
                "model",
                model,
                "path",
                "/models/" + model,
                "shard",
                0,
                "sizeBytes",
                1_000_000);
        sample(number, model, at, 0, 0, "loading");
        sample(number, model, at, 0.5, 600_000, "loading");
        sample(number, model, at, 1, 1_000_000, "loading");
        line(at + 1, "close", "load", number, "model", model, "shard", 0);
        line(at + 1, "release", "load", number, "model", model, "evictedBytes", 1_000_000);
        line(at + 1, "done", "load", number, "model", model, "prefetchedBytes", 900_000, "evictedBytes", 1_000_000);
        return sample(number, model, at, 1.1, 0, "done");
    }

    public JournalText sample(int number, String model, double at, double seconds, long resident, String state) {
        return line(
                at + seconds,
                "sample",
                "load",
                number,
                "model",
                model,
                "state",
                state,
                "seconds",
                seconds,
                "shards",
                List.of(Map.of(
                        "shard",
                        0,
                        "file",
                        model + ".safetensors",
                        "sizeBytes",
                        1_000_000,
                        "residentBytes",
                        resident,
                        "readBytes",
                        resident,
                        "askedBytes",
                        1_000_000,
                        "landedBytes",
                        resident)),
                "nodes",
                List.of(Map.of("node", 0, "freeBytes", 4_000_000 - resident, "lowBytes", 1000)));
    }

    public Path write(Path folder) throws IOException {
        return Files.write(folder.resolve("journal.jsonl"), lines);
    }
}
