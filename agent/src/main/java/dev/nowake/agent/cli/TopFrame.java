package dev.nowake.agent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** One picture of {@code top}, as lines no longer than the terminal is wide. Plain ASCII: a serial console shows it too. */
final class TopFrame {
    private static final int BAR_CELLS = 12;

    /** A load's row is full at 80 columns. */
    private static final int PROGRESS_CELLS = 8;

    private static final int LEAST_NAME = 8;

    /** In {@code status} a load is remembered for ten minutes; here the newest few show that something happened. */
    private static final int ENDED_LOADS = 3;

    private static final String[] COUNTERS = {
        "prefetchedBytes",
        "evictedBytes",
        "roomReclaimedBytes",
        "loads",
        "misses",
        "wentBack",
        "prefetchErrors",
        "policyErrors",
        "errors",
        "journalDropped"
    };

    private final List<String> lines = new ArrayList<>();
    private final int width;

    private TopFrame(int width) {
        this.width = width;
    }

    /**
     * @param status the daemon's; null where none answers, and then {@code silence} says so in one line
     * @param before an earlier look, for what is told by the second
     */
    static List<String> of(HostLook now, HostLook before, JsonNode status, String silence, int width, int height) {
        TopFrame frame = new TopFrame(Math.max(20, width));
        if (status == null) {
            frame.line(Line.of(silence));
        } else {
            frame.daemon(status);
        }
        frame.host(now, before);
        if (status != null) {
            frame.loads(status.path("loads"));
            frame.mounts(status.path("mounts"));
            frame.mirrors(status.path("mirrors"));
            frame.counters(status.path("counters"));
        }
        return frame.lines.subList(0, Math.min(frame.lines.size(), Math.max(1, height)));
    }

    private void line(String text) {
        int end = text.offsetByCodePoints(0, Math.min(width, text.codePointCount(0, text.length())));
        lines.add(text.substring(0, end).stripTrailing());
    }

    private void blank() {
        if (!lines.isEmpty() && !lines.getLast().isEmpty()) {
            lines.add("");
        }
    }

    private void daemon(JsonNode status) {
        JsonNode governor = status.path("governor");
        line(String.format(
                Locale.ROOT,
                "nowake: %s, pid %d, up %s, %d root%s",
                Line.of(status.path("mode").asString("?")),
                status.path("pid").asLong(),
                time(status.path("uptimeSeconds").asDouble()),
                status.path("roots").size(),
                status.path("roots").size() == 1 ? "" : "s"));
        JsonNode switches = status.path("switches");
        if (!switches.path("acts").asBoolean(true)) {
            line("NOTHING IS DONE, " + SwitchText.why(switches));
        }
        int set = switches.path("set").size();
        int kept = switches.path("kept").size();
        if (set + kept > 0) {
            line(set + " rules or roots set apart, " + kept + " models kept; see 'nowake status'");
        }
        JsonNode shortage = governor.path("shortage");
        if (governor.path("looks").asLong(0) == 0) {
            line("room: not looked at before the first load");
            return;
        }
        line("room " + Sizes.of(Math.max(0, governor.path("roomBytes").asLong())) + " beyond "
                + Sizes.of(governor.path("marginBytes").asLong()) + ", in flight "
                + Sizes.of(governor.path("inFlightBytes").asLong()) + ", "
                + (governor.path("pages").asString("").equals("single") ? "single pages" : "large folios")
                + (governor.path("unrest").asBoolean() ? ", the kernel reclaims" : "")
                + (shortage.isString() ? ", waits: " + Line.of(shortage.asString()) : ""));
    }

    private void host(HostLook now, HostLook before) {
        line(String.format(
                Locale.ROOT,
                "pressure: memory %s/%s io %s/%s   scanned: kswapd %s/s direct %s/s",
                Sizes.digits(now.memory().some().avg10()),
                Sizes.digits(now.memory().full().avg10()),
                Sizes.digits(now.io().some().avg10()),
                Sizes.digits(now.io().full().avg10()),
                count(now.kswapdRate(before)),
                count(now.directRate(before))));
        blank();
        TextTable table = new TextTable("NODE", ">FREE", ">LOW", ">HIGH", ">OF", "");
        for (HostLook.NodeMemory node : now.nodes()) {
            double part = node.managedBytes() <= 0 ? 0 : (double) node.freeBytes() / node.managedBytes();
            table.row(
                    Integer.toString(node.node()),
                    Sizes.of(node.freeBytes()),
                    Sizes.of(node.lowBytes()),
                    Sizes.of(node.highBytes()),
                    Sizes.of(node.managedBytes()),
                    Bar.of(part, BAR_CELLS) + (node.freeBytes() < node.highBytes() ? " kswapd is awake" : ""));
        }
        add(table);
    }

    private void add(TextTable table) {
        table.text().lines().forEach(this::line);
    }

    private void loads(JsonNode loads) {
        List<JsonNode> shown = shown(loads);
        blank();
        if (shown.isEmpty()) {
            line("no load is under way, and none was lately");
            return;
        }
        TextTable full = table(shown, Integer.MAX_VALUE);
        int over = widest(full) - width;
        int longest = shown.stream().mapToInt(load -> name(load).length()).max().orElse(0);
        add(over <= 0 ? full : table(shown, Math.max(LEAST_NAME, longest - over)));
    }

    /** Those under way, and the newest of the others. */
    private static List<JsonNode> shown(JsonNode loads) {
        List<JsonNode> active = new ArrayList<>();
        List<JsonNode> ended = new ArrayList<>();
        loads.forEach(load -> (load.path("state").asString("").equals("done") ? ended : active).add(load));
        active.addAll(ended.subList(Math.max(0, ended.size() - ENDED_LOADS), ended.size()));
        return active;
    }

    private static int widest(TextTable table) {
        return table.text().lines().mapToInt(String::length).max().orElse(0);
    }

    private static TextTable table(List<JsonNode> loads, int nameLength) {
        TextTable table = new TextTable("LOAD", "STATE", ">PID", ">RATE", "READ", ">AHEAD", ">RESIDENT");
        for (JsonNode load : loads) {
            table.row(
                    shorten(name(load), nameLength),
                    state(load),
                    pids(load.path("readers")),
                    load.path("bytesPerSecond").isNumber()
                            ? rate(load.path("bytesPerSecond").asLong())
                            : "-",
                    progress(load),
                    ahead(load),
                    brief(load.path("residentBytes")));
        }
        return table;
    }

    private static String name(JsonNode load) {
        return Line.of(load.path("model").asString("?"));
    }

    /** Names of one family differ at their ends. */
    private static String shorten(String name, int length) {
        return name.length() <= length ? name : "~" + name.substring(name.length() - length + 1);
    }

    private static String state(JsonNode load) {
        String state = load.path("state").asString("?");
        if (load.path("suspended").asBoolean(false)) {
            return "stopped";
        }
        return load.path("mode").asString("").equals("observe") ? "observed" : Line.of(state);
    }

    private static String pids(JsonNode readers) {
        String first = readers.isEmpty() ? "-" : readers.get(0).path("pid").asString("?");
        return readers.size() > 1 ? first + "+" + (readers.size() - 1) : first;
    }

    /** Read, asked for ahead of that, and the rest. */
    private static String progress(JsonNode load) {
        double size = Math.max(1, load.path("sizeBytes").asDouble());
        double read = Math.clamp(load.path("readBytes").asDouble() / size, 0, 1);
        double ahead = Math.clamp(read + load.path("aheadBytes").asDouble(0) / size, read, 1);
        int readCells = (int) Math.floor(read * PROGRESS_CELLS);
        int aheadCells = (int) Math.floor(ahead * PROGRESS_CELLS) - readCells;
        return "[" + "#".repeat(readCells) + "+".repeat(aheadCells)
                + ".".repeat(PROGRESS_CELLS - readCells - aheadCells) + "] " + (int) Math.floor(read * 100) + "%";
    }

    /** What was asked for and not read, of how much it may be where the rule says so. */
    private static String ahead(JsonNode load) {
        String ahead = brief(load.path("aheadBytes"));
        JsonNode window = load.path("windowBytes");
        boolean bounded = window.isNumber() && window.asLong() < Long.MAX_VALUE;
        return bounded && !ahead.equals("-") ? ahead + "/" + brief(window) : ahead;
    }

    private void mounts(JsonNode mounts) {
        if (mounts.isEmpty()) {
            return;
        }
        blank();
        TextTable table = new TextTable("MOUNT", "TYPE", ">IN FLIGHT", ">BUDGET", ">LATENCY", "");
        for (JsonNode mount : mounts) {
            JsonNode latency = mount.path("latencyMillis");
            table.row(
                    shorten(
                            Line.of(mount.path("path")
                                    .asString(mount.path("device").asString("?"))),
                            30),
                    Line.of(mount.path("fsType").asString("?")),
                    Sizes.of(mount.path("inFlightBytes")),
                    Sizes.of(mount.path("budgetBytes")),
                    latency.isNumber() ? Sizes.digits(latency.asDouble()) + " ms" : "-",
                    mount.path("fencedSeconds").isNumber() ? "fenced" : "");
        }
        add(table);
    }

    private void mirrors(JsonNode mirrors) {
        TextTable table = MirrorTable.underWay(mirrors);
        if (table != null) {
            blank();
            add(table);
        }
    }

    private void counters(JsonNode counters) {
        StringBuilder text = new StringBuilder();
        for (String name : COUNTERS) {
            long value = counters.path(name).asLong(0);
            if (value > 0) {
                String shown = name.endsWith("Bytes") ? Sizes.of(value) : Long.toString(value);
                String label = name.endsWith("Bytes") ? name.substring(0, name.length() - 5) : name;
                text.append(text.isEmpty() ? "" : "  ")
                        .append(label)
                        .append(' ')
                        .append(shown);
            }
        }
        if (!text.isEmpty()) {
            blank();
            line(text.toString());
        }
    }

    private static String brief(JsonNode bytes) {
        return bytes.isNumber() ? brief(bytes.asLong()) : "-";
    }

    /** {@code 2.10G} for 2.10 GiB. */
    private static String brief(long bytes) {
        return Sizes.of(bytes).replace("iB", "").replace(" ", "");
    }

    private static String rate(long bytesPerSecond) {
        return bytesPerSecond <= 0 ? "0" : brief(bytesPerSecond) + "/s";
    }

    private static String count(double perSecond) {
        return perSecond < 1000 ? Long.toString(Math.round(perSecond)) : Math.round(perSecond / 1000) + "k";
    }

    private static String time(double seconds) {
        long whole = (long) seconds;
        return whole < 120 ? whole + " s" : whole < 7200 ? whole / 60 + " min" : whole / 3600 + " h";
    }
}
