package dev.nowake.agent.cli;

import java.io.PrintStream;
import tools.jackson.databind.JsonNode;

/** The mirrors of {@code status}: a line each, and below the lines what is wrong with them. */
final class MirrorTable {
    private MirrorTable() {}

    /** Nothing where there is none. */
    static void print(JsonNode mirrors, PrintStream out) {
        if (mirrors.isEmpty()) {
            return;
        }
        TextTable table = new TextTable(
                "MIRROR",
                "LOCAL <- REMOTE",
                "BRINGS",
                ">COMPLETE",
                ">HERE",
                ">OF",
                ">ON DISK",
                ">BUDGET",
                ">FREE",
                ">RATE",
                ">WAITING",
                "REMOTE");
        for (JsonNode mirror : mirrors) {
            row(table, mirror);
        }
        table.print(out);
        for (JsonNode mirror : mirrors) {
            for (JsonNode trouble : mirror.path("troubles")) {
                out.println(
                        "mirror " + Line.of(mirror.path("name").asString("?")) + ": " + Line.of(trouble.asString("")));
            }
        }
    }

    /** Those that bring bytes, have readers wait, or are in trouble; the others need nobody's eye. Null where there is none. */
    static TextTable underWay(JsonNode mirrors) {
        TextTable table = new TextTable("MIRROR", ">RATE", ">WAITING", ">HERE", ">OF", "");
        boolean any = false;
        for (JsonNode mirror : mirrors) {
            JsonNode filling = mirror.path("filling");
            String trouble = mirror.path("served").asBoolean()
                    ? Line.of(mirror.path("troubles").path(0).asString(""))
                    : notServed(mirror);
            boolean observed = mirror.path("mode").asString("").equals("observe");
            boolean brings = filling.path("piecesUnderWay").asLong(0) > 0
                    || filling.path("waitingReaders").asLong(0) > 0
                    || filling.path("bytesPerSecond").asLong(0) > 0;
            if (brings || !trouble.isEmpty() && !observed) {
                any = true;
                table.row(
                        Line.of(mirror.path("name").asString("?")),
                        rate(filling),
                        filling.path("waitingReaders").asString("-"),
                        Sizes.of(mirror.path("files").path("hereBytes")),
                        Sizes.of(mirror.path("files").path("sizeBytes")),
                        trouble);
            }
        }
        return any ? table : null;
    }

    private static void row(TextTable table, JsonNode mirror) {
        JsonNode files = mirror.path("files");
        JsonNode disk = mirror.path("disk");
        JsonNode filling = mirror.path("filling");
        boolean served = mirror.path("served").asBoolean();
        table.row(
                Line.of(mirror.path("name").asString("?")),
                Line.of(mirror.path("local").asString("?") + " <- "
                        + mirror.path("remote").asString("?")),
                served ? brings(mirror) : notServed(mirror),
                served
                        ? files.path("complete").asString("?") + "/"
                                + files.path("total").asString("?")
                        : "-",
                Sizes.of(files.path("hereBytes")),
                Sizes.of(files.path("sizeBytes")),
                Sizes.of(disk.path("usedBytes")),
                Sizes.of(disk.path("budgetBytes")),
                Sizes.of(disk.path("freeBytes")),
                served ? rate(filling) : "-",
                served ? filling.path("waitingReaders").asString("?") : "-",
                served ? remote(mirror.path("remoteState")) : "-");
    }

    private static String brings(JsonNode mirror) {
        return mirror.path("waitsFor").asString("").equals("range") ? "ranges" : "whole files";
    }

    static String notServed(JsonNode mirror) {
        return "not served (" + Line.of(mirror.path("notServed").asString("?")) + ")";
    }

    static String rate(JsonNode filling) {
        long bytes = filling.path("bytesPerSecond").asLong();
        return bytes <= 0 ? "0" : Sizes.of(bytes) + "/s";
    }

    private static String remote(JsonNode remote) {
        if (!remote.path("asked").asBoolean(true)) {
            return "not asked yet";
        }
        if (!remote.path("reachable").asBoolean()) {
            return "silent for " + time(remote.path("sinceSeconds").asDouble());
        }
        JsonNode looked = remote.path("lookedSecondsAgo");
        return looked.isNumber() ? "looked at " + time(looked.asDouble()) + " ago" : "answers";
    }

    private static String time(double seconds) {
        long whole = Math.round(seconds);
        return whole < 120 ? whole + " s" : whole < 7200 ? whole / 60 + " min" : whole / 3600 + " h";
    }
}
