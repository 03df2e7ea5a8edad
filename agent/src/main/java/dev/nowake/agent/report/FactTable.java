package dev.nowake.agent.report;

import dev.nowake.agent.config.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A load's figures: a few large, all in a table. */
final class FactTable {
    private FactTable() {}

    static Html cards(Facts facts) {
        Map<String, String> cards = new LinkedHashMap<>();
        cards.put("Read in", Double.isNaN(facts.readSeconds()) ? "?" : Quantity.seconds(facts.readSeconds()));
        cards.put("Readers' pace", pace(facts, "?"));
        if (facts.isObserved()) {
            cards.put("Would have prefetched", bytes(facts.wouldPrefetchBytes()));
        } else {
            cards.put("Prefetched", bytes(facts.prefetchedBytes()));
        }
        cards.put("Peak in page cache", bytes(facts.peakResidentBytes()));
        cards.put("Left at the end", bytes(facts.residentAfterBytes()));
        Html html = new Html().raw("<dl class=\"cards\">");
        cards.forEach((name, value) -> html.raw("<div>")
                .element("dt", null, name)
                .element("dd", null, value)
                .raw("</div>"));
        return html.raw("</dl>");
    }

    static Html table(Facts facts) {
        Html html = new Html().raw("<figure><figcaption><h3>Figures</h3></figcaption><table class=\"facts\"><tbody>");
        rows(facts)
                .forEach((name, value) -> html.raw("<tr><th scope=\"row\">")
                        .text(name)
                        .raw("</th><td>")
                        .text(value)
                        .raw("</td></tr>"));
        return html.raw("</tbody></table></figure>");
    }

    private static Map<String, String> rows(Facts facts) {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("Model", facts.model());
        rows.put("Size", exact(facts.sizeBytes()));
        rows.put("Shards", Integer.toString(facts.shards()));
        rows.put("Began", LoadSection.time(facts.began()));
        put(rows, "Load since the daemon's start", facts.load() < 0 ? null : Long.toString(facts.load()));
        put(rows, "Mode", facts.mode());
        put(rows, "Rule", facts.rule());
        put(rows, "Policy", facts.policy());
        rows.put("Read in", Double.isNaN(facts.readSeconds()) ? "unknown" : Quantity.seconds(facts.readSeconds()));
        rows.put("Touched by readers", facts.readBytes() > 0 ? atLeast(facts) + exact(facts.readBytes()) : "not known");
        put(rows, "Readers' pace", pace(facts, null));
        rows.put("Seen for", Quantity.seconds(facts.seconds()));
        if (facts.isObserved()) {
            put(rows, "Would have prefetched", exact(facts.wouldPrefetchBytes()));
            put(rows, "Would have released", exact(facts.wouldReleaseBytes()));
        } else {
            put(rows, "Asked to prefetch", exact(facts.askedBytes()));
            put(rows, "Prefetched, and landed", exact(facts.prefetchedBytes()));
            put(rows, "Prefetched in vain", wasted(facts));
            put(rows, "Evicted", exact(facts.evictedBytes()));
            facts.refusedBytes().forEach((why, bytes) -> rows.put("Stayed: " + why, exact(bytes)));
            put(rows, "Waits for room", facts.waits() < 0 ? null : Quantity.count(facts.waits()));
            put(rows, "Waited for", facts.waitsFor().isEmpty() ? null : String.join("; ", facts.waitsFor()));
        }
        put(rows, "In page cache before", exact(facts.residentBeforeBytes()));
        put(rows, "Peak in page cache", exact(facts.peakResidentBytes()));
        put(rows, "Left at the end", exact(facts.residentAfterBytes()));
        put(rows, "Lowest free memory", exact(facts.lowestFreeBytes()));
        put(rows, "Pages scanned by kswapd", facts.kswapdPages() < 0 ? null : Quantity.count(facts.kswapdPages()));
        put(rows, "Pages scanned by tasks", facts.directPages() < 0 ? null : Quantity.count(facts.directPages()));
        put(
                rows,
                "Tasks waited for memory",
                Double.isNaN(facts.stalledSeconds()) ? null : Quantity.seconds(facts.stalledSeconds()));
        rows.put("Samples", Integer.toString(facts.samples()));
        return rows;
    }

    /** Where nobody knows what the readers touched, they may have touched all of it. */
    private static String pace(Facts facts, String unknown) {
        if (!Double.isNaN(facts.bytesPerSecond())) {
            return atLeast(facts) + Quantity.rate(facts.bytesPerSecond());
        }
        return facts.readSeconds() > 0 ? "up to " + Quantity.rate(facts.sizeBytes() / facts.readSeconds()) : unknown;
    }

    /** What was read after the last look at a reader that is gone was not seen. */
    private static String atLeast(Facts facts) {
        return facts.readBytes() < facts.sizeBytes() ? "at least " : "";
    }

    private static String wasted(Facts facts) {
        if (facts.wastedBytes() <= 0 && facts.unjudgedBytes() > 0) {
            return "not known of " + ByteSize.format(facts.unjudgedBytes());
        }
        return exact(facts.wastedBytes());
    }

    private static void put(Map<String, String> rows, String name, String value) {
        if (value != null) {
            rows.put(name, value);
        }
    }

    private static String bytes(long bytes) {
        return bytes < 0 ? "?" : ByteSize.format(bytes);
    }

    /** Null where it is not known. */
    private static String exact(long bytes) {
        return bytes < 0
                ? null
                : bytes < 1024 ? bytes + " B" : ByteSize.format(bytes) + " (" + Quantity.count(bytes) + " B)";
    }

    /** One row a load, linked to its section. */
    static Html summary(List<Facts> loads) {
        Html html = new Html().raw("<table class=\"summary\"><thead><tr>");
        List<String> heads =
                new ArrayList<>(List.of("Began", "Model", "Size", "Read in", "Pace", "Prefetched", "Left", "Mode"));
        heads.forEach(head -> html.raw("<th scope=\"col\">").text(head).raw("</th>"));
        html.raw("</tr></thead><tbody>");
        for (int i = 0; i < loads.size(); i++) {
            Facts facts = loads.get(i);
            html.raw("<tr>").element("td", null, LoadSection.time(facts.began()));
            html.raw("<td><a href=\"#load-" + (i + 1) + "\">")
                    .text(facts.model())
                    .raw("</a></td>");
            html.element("td", "n", bytes(facts.sizeBytes()));
            html.element("td", "n", Double.isNaN(facts.readSeconds()) ? "?" : Quantity.seconds(facts.readSeconds()));
            html.element("td", "n", pace(facts, "?"));
            html.element("td", "n", bytes(facts.isObserved() ? facts.wouldPrefetchBytes() : facts.prefetchedBytes()));
            html.element("td", "n", bytes(facts.residentAfterBytes()));
            html.element("td", null, facts.mode() == null ? "?" : facts.mode()).raw("</tr>");
        }
        return html.raw("</tbody></table>");
    }
}
