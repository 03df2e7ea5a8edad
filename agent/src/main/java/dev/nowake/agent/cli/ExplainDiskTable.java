package dev.nowake.agent.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/** What {@code explain} knows of a model on a mirror's disk, for people: lines below those of {@link ExplainTable}. */
final class ExplainDiskTable {
    private final PrintStream out;

    ExplainDiskTable(PrintStream out) {
        this.out = out;
    }

    void print(JsonNode mirror) {
        line("mirror", Line.of(mirror.path("mirror").asString("")));
        if (mirror.has("problem")) {
            line("disk", "unknown: " + Line.of(mirror.path("problem").asString("")));
            return;
        }
        line(
                "on disk",
                Sizes.of(mirror.path("onDiskBytes").asLong()) + " of "
                        + Sizes.of(mirror.path("sizeBytes").asLong()) + " of "
                        + Line.of(mirror.path("model").asString("")) + ", "
                        + lastLoaded(mirror.path("lastLoadedUnix")));
        line(
                "disk",
                Sizes.of(mirror.path("usedBytes").asLong()) + " of "
                        + Sizes.of(mirror.path("budgetBytes").asLong()) + " taken by the mirror, "
                        + Sizes.of(mirror.path("freeBytes").asLong()) + " free, "
                        + Sizes.of(mirror.path("reserveBytes").asLong()) + " to stay so");
        line("goes", goes(mirror));
    }

    private static String goes(JsonNode mirror) {
        if (mirror.path("staysBecause").isString()) {
            return "not now: it is " + mirror.path("staysBecause").stringValue();
        }
        if (mirror.path("onDiskBytes").asLong() == 0) {
            return "nothing of it is there";
        }
        String policy = Line.of(mirror.path("policy").asString(""));
        if (!mirror.has("place")) {
            return "never, by " + policy;
        }
        long before = mirror.path("goesAfterBytes").asLong();
        return "as number " + mirror.path("place").asLong() + " of "
                + mirror.path("places").asLong() + " by " + policy + " ("
                + Line.of(mirror.path("reason").asString("")) + ")"
                + (before > 0 ? ", when more than " + Sizes.of(before) + " have to go" : "");
    }

    private static String lastLoaded(JsonNode unix) {
        if (!unix.isNumber()) {
            return "never loaded";
        }
        long minutes = Math.max(
                0,
                Duration.between(Instant.ofEpochSecond(unix.asLong()), Instant.now())
                        .toMinutes());
        return "last loaded "
                + (minutes < 120 ? minutes + " min" : minutes < 2880 ? minutes / 60 + " h" : minutes / 1440 + " days")
                + " ago";
    }

    private void line(String name, String value) {
        out.printf("%-9s %s%n", name, value);
    }
}
