package dev.nowake.agent.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What is switched, for people. */
final class SwitchText {
    private SwitchText() {}

    /** A comma between them. */
    static String names(JsonNode names) {
        List<String> all = new ArrayList<>();
        names.forEach(name -> all.add(Line.of(name.asString(""))));
        return String.join(", ", all);
    }

    /** The answer to pause. */
    static String paused(JsonNode switches) {
        String until = left(switches.path("pausedLeftSeconds"));
        return "paused" + (until.isEmpty() ? " until 'nowake resume'" : until.replace(" more", ""));
    }

    /** Why nothing is done. */
    static String why(JsonNode switches) {
        if (switches.path("disabled").asBoolean()) {
            return "disabled: remove " + Line.of(switches.path("disableFile").asString(""));
        }
        return "paused by " + Line.of(switches.path("pausedBy").asString("?"))
                + left(switches.path("pausedLeftSeconds"));
    }

    /** {@code " for 3 min more"}; empty for no end. */
    private static String left(JsonNode leftSeconds) {
        if (!leftSeconds.isNumber()) {
            return "";
        }
        long seconds = Math.max(0, Math.round(leftSeconds.asDouble()));
        return seconds < 120 ? " for " + seconds + " s more" : " for " + (seconds + 30) / 60 + " min more";
    }

    /** The lines of status; none where nothing is switched. */
    static void print(JsonNode switches, PrintStream out) {
        if (switches.isObject() && !switches.path("acts").asBoolean(true)) {
            out.println("nothing is done, " + why(switches));
        }
        for (JsonNode set : switches.path("set")) {
            boolean rule = set.has("rule");
            out.printf(
                    "%s %s is set to %s, until a restart or --reset%n",
                    rule ? "rule" : "root",
                    Line.of(set.path(rule ? "rule" : "root").asString("")),
                    set.path("mode").asString(""));
        }
        for (JsonNode kept : switches.path("kept")) {
            out.printf(
                    "kept%s: %s (%d %s, %s)%n",
                    left(kept.path("leftSeconds")),
                    Line.of(kept.path("model").asString("")),
                    kept.path("files").asLong(),
                    kept.path("files").asLong() == 1 ? "file" : "files",
                    Line.of(kept.path("path").asString("")));
        }
    }
}
