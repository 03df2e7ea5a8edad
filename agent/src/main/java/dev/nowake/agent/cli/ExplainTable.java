package dev.nowake.agent.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The answer to {@code explain}, for people. */
final class ExplainTable {
    private final PrintStream out;

    ExplainTable(PrintStream out) {
        this.out = out;
    }

    void print(JsonNode document) {
        line("file", text(document.path("path")));
        if (document.has("rule")) {
            decided(document);
        }
        if (document.has("mirror")) {
            new ExplainDiskTable(out).print(document.path("mirror"));
        }
        if (document.has("rule")) {
            out.println();
            steps(document);
        }
        out.flush();
    }

    private void decided(JsonNode document) {
        line("root", text(document.path("root").path("path")));
        JsonNode model = document.path("model");
        line(
                "model",
                text(model.path("name")) + ", " + text(model.path("format")) + ", "
                        + Sizes.of(model.path("sizeBytes").asLong()) + ", shard "
                        + document.path("shard").asLong() + " of "
                        + model.path("shards").asLong());
        line("reader", document.path("pid").isNull() ? "nobody in particular" : "pid " + text(document.path("pid")));
        JsonNode group = document.path("readerCgroup");
        if (group.isObject()) {
            line("cgroup", CgroupText.reader(group));
            line("", CgroupText.charging(group));
        }
        JsonNode rule = document.path("rule");
        line("rule", text(rule.path("name")) + where(rule) + ": " + text(rule.path("why")));
        line(
                "mode",
                text(document.path("mode"))
                        + (document.path("acts").asBoolean(true)
                                ? ""
                                : "; nothing is done now, 'nowake status' says why"));
        if (document.path("kept").asBoolean(false)) {
            line("kept", "by an operator: nothing of it is dropped");
        }
        line("policy", policy(document));
        failed(document.path("policyStatus"));
        line("fallback", policy(document.path("fallback")));
        JsonNode load = document.path("load");
        if (load.isObject()) {
            line(
                    "load",
                    text(load.path("state")) + ", " + load.path("readers").asLong() + " readers, by "
                            + text(load.path("rule")) + ": " + text(load.path("mode")) + ", "
                            + text(load.path("policy")) + "; that stays until it ends");
        }
        JsonNode target = document.path("prefetch").path("steps").path(0);
        if (target.path("nodes").isArray()) {
            line("node", NodeText.of(target));
        }
        line("room", Sizes.of(document.path("roomBytes").asLong()));
        passedOver(document.path("passedOver"));
    }

    private void line(String name, String value) {
        out.printf("%-9s %s%n", name, value);
    }

    private static String text(JsonNode value) {
        return Line.of(value.asString(""));
    }

    private static String where(JsonNode rule) {
        return rule.path("where").isNull() ? "" : " (" + text(rule.path("where")) + ")";
    }

    private static String policy(JsonNode assigned) {
        List<String> args = new ArrayList<>();
        for (Map.Entry<String, JsonNode> arg : assigned.path("args").properties()) {
            args.add(Line.of(arg.getKey()) + ": " + argument(arg.getValue()));
        }
        return text(assigned.path("policy")) + (args.isEmpty() ? "" : " {" + String.join(", ", args) + "}");
    }

    /** Nothing where all is well. */
    private void failed(JsonNode status) {
        boolean disabled = status.path("state").asString("").equals("disabled");
        long failures = status.path("failures").asLong(0);
        if (disabled || failures > 0) {
            line(
                    "failed",
                    failures + " of " + status.path("calls").asLong(0) + " calls"
                            + (disabled ? ", disabled: its fallback answers" : "") + "; "
                            + text(status.path("lastFailure")));
        }
    }

    private static String argument(JsonNode value) {
        return value.isIntegralNumber() && value.asLong() == Long.MAX_VALUE ? "no limit" : text(value);
    }

    private void passedOver(JsonNode rules) {
        for (JsonNode rule : rules) {
            line("not", text(rule.path("name")) + where(rule) + ": " + text(rule.path("condition")));
        }
    }

    private void steps(JsonNode document) {
        TextTable table = new TextTable("WHEN", "STEP", ">SHARD", ">OFFSET", ">LENGTH", ">MISSING", "REASON");
        int rows = add(table, "now", document.path("prefetch")) + add(table, "now", document.path("evict"));
        rows += add(table, "at the end", document.path("atEnd"));
        if (rows == 0) {
            out.println("nothing would be done");
        } else {
            table.print(out);
        }
    }

    private static int add(TextTable table, String when, JsonNode plan) {
        int rows = 0;
        for (JsonNode step : plan.path("steps")) {
            table.row(
                    when,
                    text(step.path("action")),
                    step.path("shard").isNumber() ? text(step.path("shard")) : "-",
                    Sizes.of(step.path("offsetBytes")),
                    Sizes.of(step.path("lengthBytes")),
                    Sizes.of(step.path("missingBytes")),
                    text(step.path("reason")));
            rows++;
        }
        for (JsonNode refused : plan.path("refused")) {
            table.row(when, "refused", "-", "-", "-", "-", text(refused));
            rows++;
        }
        return rows;
    }
}
