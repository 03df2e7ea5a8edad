package dev.nowake.agent.trace;

import dev.nowake.policy.trace.Access;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceStatistics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A trace as SVG: offset in the file upwards, time to the right, a lane for each file, one above the other in the order of
 * their first accesses. Needs nothing beside itself: no script, no font, no link.
 */
public final class TraceDrawing {
    private static final int WIDTH = 960;
    private static final int LEFT = 84;
    private static final int RIGHT = 20;
    private static final int TOP = 44;
    private static final int LANE = 120;
    private static final int GAP = 26;
    private static final int BOTTOM = 64;
    private static final int TICKS = 8;
    private static final int NAME_CHARS = 110;

    /** Lanes drawn; the others are told of. A picture of more could not be looked at. */
    private static final int MAX_LANES = 64;

    private static final int PLOT = WIDTH - LEFT - RIGHT;

    /** Told apart by people who do not see red and green as different (Okabe and Ito). */
    private static final String[] COLOURS = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000"};

    private final Trace trace;
    private final TraceStatistics statistics;
    private final boolean byPid;
    private final boolean timed;
    private final double span;
    private final StringBuilder svg = new StringBuilder(64 << 10);

    private TraceDrawing(Trace trace, TraceStatistics statistics) {
        this.trace = trace;
        this.statistics = statistics;
        this.byPid = trace.accesses().stream().anyMatch(access -> access.pid() >= 0);
        this.timed =
                !trace.accesses().isEmpty() && trace.accesses().stream().allMatch(access -> access.timeNanos() >= 0);
        long last = trace.accesses().stream().mapToLong(Access::timeNanos).max().orElse(0);
        this.span = Math.max(1, timed ? last : trace.accesses().size());
    }

    /** The whole document. Accesses that would fall on one pixel are drawn once. */
    public static String of(Trace trace, TraceStatistics statistics) {
        return new TraceDrawing(trace, statistics).draw();
    }

    private String draw() {
        List<TraceStatistics.OfFile> files = statistics.files();
        int lanes = Math.max(1, Math.min(files.size(), MAX_LANES));
        int height = TOP + lanes * (LANE + GAP) + BOTTOM;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\"",
                WIDTH, height);
        svg.append(" font-family=\"sans-serif\" font-size=\"12\">\n");
        add("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", WIDTH, height);
        Map<Integer, Integer> laneOf = new HashMap<>();
        for (int lane = 0; lane < Math.min(files.size(), lanes); lane++) {
            laneOf.put(files.get(lane).file(), lane);
            frame(files.get(lane), lane);
        }
        Map<Integer, String> colours = colours();
        marks(laneOf, colours);
        timeAxis(top(lanes - 1) + LANE);
        legend(colours);
        if (files.size() > lanes) {
            text(LEFT, height - 8, "start", (files.size() - lanes) + " more files are not drawn");
        }
        return svg.append("</svg>\n").toString();
    }

    private static int top(int lane) {
        return TOP + lane * (LANE + GAP) + GAP - 8;
    }

    private long size(int file) {
        long told = trace.files().get(file).sizeBytes();
        return told > 0
                ? told
                : statistics.files().stream()
                        .filter(each -> each.file() == file)
                        .mapToLong(each -> each.distinct().ranges().getLast().end())
                        .findFirst()
                        .orElse(1);
    }

    private void frame(TraceStatistics.OfFile file, int lane) {
        int y = top(lane);
        add(
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#f7f7f7\" stroke=\"#999\"/>\n",
                LEFT, y, PLOT, LANE);
        String name = trace.files().get(file.file()).name().text();
        boolean isLong = name.length() > NAME_CHARS;
        text(LEFT, y - 5, "start", isLong ? "..." + name.substring(name.length() - NAME_CHARS) : name);
        long size = size(file.file());
        for (int quarter = 0; quarter <= 4; quarter += 2) {
            text(LEFT - 6, y + LANE - quarter * LANE / 4 + 4, "end", bytes(size / 4.0 * quarter));
        }
    }

    private Map<Integer, String> colours() {
        Set<Integer> who = new TreeSet<>();
        trace.accesses().forEach(access -> who.add(key(access)));
        Map<Integer, String> colours = new HashMap<>();
        int next = 0;
        for (int each : who) {
            colours.put(each, COLOURS[Math.min(next++, COLOURS.length - 1)]);
        }
        return colours;
    }

    private int key(Access access) {
        return byPid ? access.pid() : access.node();
    }

    private void marks(Map<Integer, Integer> laneOf, Map<Integer, String> colours) {
        Set<List<Integer>> drawn = new HashSet<>();
        List<Access> accesses = trace.accesses();
        for (int i = 0; i < accesses.size(); i++) {
            Access access = accesses.get(i);
            Integer lane = laneOf.get(access.file());
            if (lane == null) {
                continue;
            }
            double size = size(access.file());
            int x = (int) Math.round(LEFT + (timed ? access.timeNanos() : i) / span * (PLOT - 2));
            int low = (int) Math.round(Math.min(1, access.offsetBytes() / size) * LANE);
            int high = (int) Math.max(low + 1, Math.round(Math.min(1, access.endBytes() / size) * LANE));
            String colour = colours.get(key(access));
            if (drawn.add(List.of(lane, x, low, high, key(access)))) {
                add(
                        "<rect x=\"%d\" y=\"%d\" width=\"2\" height=\"%d\" fill=\"%s\"/>\n",
                        x, top(lane) + LANE - high, high - low, colour);
            }
        }
    }

    private void timeAxis(int y) {
        double step = step(timed ? span / 1e9 : span);
        double whole = timed ? span / 1e9 : span;
        for (int i = 0; i * step <= whole; i++) {
            double x = LEFT + i * step / whole * (PLOT - 2);
            add("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#999\"/>\n", x, y, x, y + 5);
            text((int) x, y + 18, "middle", number(i * step));
        }
        text(LEFT + PLOT / 2, y + 36, "middle", timed ? "time since the recording began (s)" : "access, in order");
        add(
                "<text x=\"14\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 14 %d)\">offset in the file</text>\n",
                y / 2 + 10, y / 2 + 10);
    }

    private static double step(double whole) {
        double rough = whole / TICKS;
        double magnitude = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double nice : new double[] {1, 2, 5}) {
            if (nice * magnitude >= rough) {
                return nice * magnitude;
            }
        }
        return 10 * magnitude;
    }

    private void legend(Map<Integer, String> colours) {
        int x = LEFT;
        List<Integer> who = new ArrayList<>(new TreeSet<>(colours.keySet()));
        for (int i = 0; i < Math.min(who.size(), COLOURS.length); i++) {
            boolean others = i == COLOURS.length - 1 && who.size() > COLOURS.length;
            add("<rect x=\"%d\" y=\"10\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", x, COLOURS[i]);
            String label = others ? "others" : who.get(i) < 0 ? "unknown" : (byPid ? "pid " : "node ") + who.get(i);
            text(x + 17, 20, "start", label);
            x += 110;
        }
    }

    private void text(int x, int y, String anchor, String content) {
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">", x, y, anchor);
        svg.append(escaped(content)).append("</text>\n");
    }

    /** Fit for XML 1.0: what it may not hold at all, control characters and lone surrogates, is shown as {@code ?}. */
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            boolean allowed = c >= 0x20
                    && c != 0x7f
                    && !(c >= 0x80 && c < 0xa0)
                    && !(c >= 0xd800 && c < 0xe000)
                    && c != 0xfffe
                    && c != 0xffff;
            switch (allowed ? c : '?') {
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '&' -> safe.append("&amp;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&apos;");
                case '?' -> safe.append('?');
                default -> safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }

    private static String bytes(double bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        int unit = 0;
        double value = bytes;
        while (value >= 1024) {
            value /= 1024;
            unit++;
        }
        return number(value) + " " + units[unit];
    }

    /** Three digits, without needless zeros. */
    private static String number(double value) {
        return new java.math.BigDecimal(value)
                .round(new java.math.MathContext(3))
                .stripTrailingZeros()
                .toPlainString();
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
