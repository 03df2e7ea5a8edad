package dev.nowake.agent.cli;

import java.io.PrintStream;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Policies as people read them. */
final class PolicyTable {
    private PolicyTable() {}

    /** A table of those that are loaded, and below it a line for each thing that is wrong. */
    static void print(JsonNode policies, PrintStream out) {
        TextTable table = new TextTable("POLICY", ">API", "ORIGIN", "STATE", ">CALLS", ">FAILURES", ">MEDIAN");
        for (JsonNode policy : policies) {
            table.row(
                    Line.of(policy.path("name").asString()),
                    policy.path("api").asString(""),
                    Line.of(policy.path("origin").asString()),
                    policy.path("state").asString(),
                    policy.path("calls").asString(""),
                    policy.path("failures").asString(""),
                    median(policy.path("medianMicros")));
        }
        table.print(out);
        for (JsonNode policy : policies) {
            String name = Line.of(policy.path("name").asString()) + ": ";
            String problem = policy.path("problem").asString("");
            String failure = policy.path("lastFailure").asString("");
            if (!problem.isEmpty()) {
                out.println(name + "its file has changed and cannot be used, the version before goes on: "
                        + Line.of(problem));
            }
            if (!failure.isEmpty()) {
                boolean ok = policy.path("state").asString().equals("ok");
                out.println(name + (ok ? "last failure: " : "") + Line.of(failure));
            }
        }
    }

    private static String median(JsonNode micros) {
        return micros.isNumber() ? String.format(Locale.ROOT, "%.1f us", micros.asDouble()) : "";
    }
}
