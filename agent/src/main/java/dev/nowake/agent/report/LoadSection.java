package dev.nowake.agent.report;

import dev.nowake.agent.config.ByteSize;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** One load's part of the page. */
final class LoadSection {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

    private final LoadStory story;
    private final Facts facts;
    private final Timeline line;
    private final TimeScale time;
    private final MarkLane lane;
    private final String id;

    LoadSection(LoadStory story, String id) {
        this.story = story;
        this.id = id;
        line = Timeline.of(story);
        facts = Facts.of(story, line);
        double[] moving = line.movingSeconds();
        double[] moments = Arrays.copyOf(moving, moving.length + story.marks.size() + 1);
        for (int i = 0; i < story.marks.size(); i++) {
            moments[moving.length + i] = story.marks.get(i).seconds();
        }
        moments[moments.length - 1] = line.isEmpty() ? 0 : line.seconds[line.seconds.length - 1];
        time = TimeScale.of(moments);
        lane = new MarkLane(story, time, id);
    }

    Facts facts() {
        return facts;
    }

    static String time(Instant time) {
        return time == null ? "at an unknown time" : TIME.format(time);
    }

    Html toHtml() {
        Html html = new Html()
                .raw("<section class=\"load\" id=\"" + id + "\"><header>")
                .element("h2", null, facts.model());
        html.element("p", "about", about()).raw("</header>");
        banner(html);
        html.add(FactTable.cards(facts));
        if (story.isEmptied()) {
            html.element("p", "note", "Its time line is not drawn: the report is about too many loads at once.");
        } else if (line.isEmpty()) {
            html.element("p", "note", "The journal has no samples of this load, so there is nothing to draw.");
            events(html);
        } else {
            drawings(html);
        }
        return html.add(FactTable.table(facts)).add(data()).raw("</section>\n");
    }

    private String about() {
        List<String> about = new ArrayList<>();
        about.add(time(facts.began()));
        about.add(ByteSize.format(facts.sizeBytes()) + " in " + facts.shards()
                + (facts.shards() == 1 ? " shard" : " shards"));
        if (facts.policy() != null) {
            about.add("policy " + facts.policy());
        }
        if (facts.rule() != null) {
            about.add(facts.rule().startsWith("root ") ? facts.rule() : "rule " + facts.rule());
        }
        return String.join(" \u00b7 ", about);
    }

    private void banner(Html html) {
        if (facts.isObserved()) {
            html.raw("<p class=\"banner\" role=\"note\"><b>Observe mode: nothing was done.</b> ");
            boolean known = facts.wouldPrefetchBytes() >= 0;
            html.text(
                    known
                            ? "In enforce mode " + ByteSize.format(facts.wouldPrefetchBytes())
                                    + " would have been prefetched and "
                                    + ByteSize.format(Math.max(0, facts.wouldReleaseBytes()))
                                    + " released after the last reader."
                            : "What would have been is told when the load is over.");
            html.raw("</p>");
        }
        if (facts.ending() != null) {
            html.element("p", "banner", "Not seen to its end: " + facts.ending() + ".");
        }
    }

    private void drawings(Html html) {
        html.raw("<figure class=\"hero\"><figcaption><h3>Page cache</h3><p class=\"legend\">")
                .add(key("band0", "in page cache, a shade per shard"))
                .add(key(
                        "read",
                        facts.readBytes() > 0 ? "touched by the readers" : "touched by the readers (not known)"))
                .add(key("asked", facts.isObserved() ? "would have been asked to prefetch" : "asked to prefetch"))
                .raw("</p></figcaption>")
                .add(pageCache())
                .add(lane.drawing())
                .add(MarkLane.legend())
                .raw("</figure>");
        shards(html);
        html.raw("<div class=\"pair\">");
        figure(html, "Throughput", throughput(), key("read", "readers").add(key("landed", "prefetch")));
        figure(html, "Free memory", freeMemory(), key("free", "free").add(key("mark-low", "kswapd wakes below")));
        html.raw("</div>");
        reclaim(html);
        events(html);
    }

    private static void figure(Html html, String title, Html drawing, Html legend) {
        html.raw("<figure><figcaption>")
                .element("h3", null, title)
                .raw("<p class=\"legend\">")
                .add(legend);
        html.raw("</p></figcaption>").add(drawing).raw("</figure>");
    }

    static Html key(String styles, String label) {
        return new Html()
                .raw("<span><svg class=\"key\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path class=\"swatch "
                        + styles + "\" d=\"M0 8H16\"/></svg>")
                .text(label)
                .raw("</span> ");
    }

    private void events(Html html) {
        html.raw("<figure><figcaption><h3>What happened</h3></figcaption>")
                .add(lane.list())
                .raw("</figure>");
    }

    private Html pageCache() {
        double most = Math.max(
                Math.max(Timeline.most(line.totalResident), Timeline.most(line.totalAsked)), facts.sizeBytes());
        Plot plot = new Plot(time, Scale.bytes(most), "tall");
        double[] lower = new double[line.seconds.length];
        for (int band = 0; band < line.bands.size(); band++) {
            double[] upper = lower.clone();
            for (int i = 0; i < upper.length; i++) {
                upper[i] += line.resident[band][i];
            }
            plot.area("band" + band % 2, line.seconds, lower, upper);
            lower = upper;
        }
        plot.level("size", facts.sizeBytes());
        plot.line("asked", line.seconds, line.totalAsked).line("read", line.seconds, line.totalRead);
        Html html = plot.toHtml("Bytes of the model in page cache over " + Quantity.seconds(time.end()) + ", at most "
                + ByteSize.format(Math.max(0, facts.peakResidentBytes())) + " of "
                + ByteSize.format(facts.sizeBytes()));
        time.gaps()
                .forEach(gap -> html.element(
                        "p",
                        "note",
                        "Cut out: " + Quantity.seconds(gap.seconds()) + " in which nothing happened, from "
                                + Quantity.seconds(gap.from()) + " on."));
        return html;
    }

    private void shards(Html html) {
        if (line.bands.size() < 2) {
            return;
        }
        html.raw("<figure class=\"shards\"><figcaption><h3>Shard by shard</h3></figcaption><div class=\"minis\">");
        for (int i = 0; i < line.bands.size(); i++) {
            Timeline.Band band = line.bands.get(i);
            double size = Math.max(1, band.sizeBytes());
            String peak = ByteSize.format((long) Timeline.most(line.resident[i]));
            html.raw("<div class=\"mini\"><p><span class=\"name\">")
                    .text(band.label())
                    .raw("</span> ");
            html.element("span", "size", ByteSize.format(band.sizeBytes())).raw("</p>");
            html.add(new Plot(time, new Scale(size, List.of(new Scale.Tick(0, "0"))), "small")
                            .area("band0", line.seconds, new double[line.seconds.length], line.resident[i])
                            .line("asked", line.seconds, line.asked[i])
                            .line("read", line.seconds, line.read[i])
                            .picture(band.label() + ": at most " + peak + " in page cache"))
                    .raw("</div>");
        }
        html.raw("</div></figure>");
    }

    private Html throughput() {
        double[] readers = Timeline.rate(line.seconds, line.totalRead);
        double[] landed = Timeline.rate(line.seconds, line.totalLanded);
        double most = Math.max(Timeline.most(readers), Timeline.most(landed));
        return new Plot(time, Scale.rate(most), "mid")
                .steps("landed", line.seconds, landed)
                .steps("read", line.seconds, readers)
                .toHtml("Bytes a second, touched by readers and prefetched; at most " + Quantity.rate(most));
    }

    private Html freeMemory() {
        TreeSet<Integer> nodes = new TreeSet<>();
        line.host.forEach(sample -> sample.nodes().forEach(node -> nodes.add(node.node())));
        double most = 1;
        List<double[]> free = new ArrayList<>();
        List<double[]> low = new ArrayList<>();
        for (int node : nodes.stream().limit(8).toList()) {
            free.add(of(node, true));
            low.add(of(node, false));
            most = Math.max(most, Timeline.most(free.getLast()));
        }
        Plot plot = new Plot(time, Scale.bytes(most), "mid");
        free.forEach(values -> plot.area("freefill", line.seconds, new double[values.length], values));
        free.forEach(values -> plot.line("free", line.seconds, values));
        low.forEach(values -> plot.line("mark-low", line.seconds, values));
        return plot.toHtml("Free memory" + (nodes.size() > 1 ? " of each NUMA node" : "") + ", at least "
                + ByteSize.format(Math.max(0, facts.lowestFreeBytes())));
    }

    private double[] of(int id, boolean free) {
        double[] values = new double[line.seconds.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = i == 0 ? 0 : values[i - 1];
            for (SamplePoint.OfNode node : line.host.get(i).nodes()) {
                if (node.node() == id) {
                    values[i] = Math.max(0, free ? node.freeBytes() : node.lowBytes());
                }
            }
        }
        return values;
    }

    private void reclaim(Html html) {
        double[] kswapd = line.host.stream()
                .mapToDouble(sample -> Math.max(0, sample.kswapdPages()))
                .toArray();
        double[] direct = line.host.stream()
                .mapToDouble(sample -> Math.max(0, sample.directPages()))
                .toArray();
        double most = Math.max(Timeline.most(kswapd), Timeline.most(direct));
        if (most <= 0) {
            html.raw(
                    "<p class=\"calm\"><b>kswapd slept.</b> No page was scanned, by it or by a task in need of memory, while this load went on.</p>");
            return;
        }
        Html drawing = new Plot(time, Scale.count(most, ""), "mid")
                .line("kswapd", line.seconds, kswapd)
                .line("direct", line.seconds, direct)
                .toHtml("Pages scanned since the load began, at most " + Quantity.count((long) most));
        figure(
                html,
                "Pages scanned",
                drawing,
                key("kswapd", "by kswapd").add(key("direct", "by tasks in need of memory")));
    }

    /** What the crosshair reads out: thousandths from left to right, and figures in words. */
    private Html data() {
        StringBuilder json = new StringBuilder("{\"x\":[");
        for (int i = 0; i < line.seconds.length; i++) {
            json.append(i == 0 ? "" : ",").append(Math.round(time.place(line.seconds[i]) * 10_000) / 10.0);
        }
        json.append("],\"t\":[");
        for (int i = 0; i < line.seconds.length; i++) {
            json.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(Quantity.seconds(line.seconds[i]))
                    .append(": ")
                    .append(ByteSize.format((long) line.totalResident[i]))
                    .append(" in page cache, ")
                    .append(ByteSize.format((long) line.totalRead[i]))
                    .append(" touched, ")
                    .append(ByteSize.format((long) line.totalAsked[i]))
                    .append(" asked for\"");
        }
        return new Html().raw("<script type=\"application/json\" class=\"data\">" + json.append("]}</script>"));
    }
}
