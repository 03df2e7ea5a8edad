package dev.nowake.agent.report;

import dev.nowake.agent.config.ByteSize;
import java.util.List;

/**
 * One loader, without nowake and with it: two time lines on the same axes, and a table.
 *
 * @param title what is compared
 */
public record Comparison(String title, Side without, Side with, List<Row> rows) {
    /**
     * One load.
     *
     * @param seconds of each look, since the load began
     * @param resident bytes in page cache, by shard, then look
     * @param loadedSeconds when the loader had all of it
     */
    public record Side(double[] seconds, double[][] resident, double loadedSeconds) {
        double lastSeconds() {
            return seconds.length == 0 ? loadedSeconds : seconds[seconds.length - 1];
        }

        long mostBytes() {
            double most = 0;
            for (int i = 0; i < seconds.length; i++) {
                double sum = 0;
                for (double[] shard : resident) {
                    sum += shard[i];
                }
                most = Math.max(most, sum);
            }
            return (long) most;
        }
    }

    /** A figure of both, in words. */
    public record Row(String name, String without, String with) {}

    public Comparison {
        rows = List.copyOf(rows);
    }

    /** A page of several; {@code about} is a sentence. */
    public static String page(String title, String about, long modelBytes, List<Comparison> comparisons) {
        Html body = new Html()
                .raw("<header>")
                .element("h2", null, title)
                .element("p", "about", about)
                .raw("</header>");
        comparisons.forEach(each -> body.add(each.toHtml(modelBytes)));
        body.element(
                "p",
                "note",
                "The upright line is where the loader had read all of it; it exits then, and the drawing goes on for a second.");
        return Page.document(title, "The same loader, twice", body);
    }

    private Html toHtml(long modelBytes) {
        TimeScale time = TimeScale.to(Math.max(without.lastSeconds(), with.lastSeconds()));
        Scale bytes = Scale.bytes(Math.max(modelBytes, Math.max(without.mostBytes(), with.mostBytes())));
        Html html = new Html().raw("<section class=\"compared\">").element("h3", "loader", title);
        html.raw("<div class=\"sides\">");
        side(html, "without nowake", without, time, bytes);
        side(html, "with nowake", with, time, bytes);
        html.raw("</div><figure><table class=\"medians\"><thead><tr><th scope=\"col\"></th>"
                + "<th scope=\"col\">without nowake</th><th scope=\"col\">with nowake</th></tr></thead><tbody>");
        for (Row row : rows) {
            html.raw("<tr><th scope=\"row\">").text(row.name()).raw("</th>");
            html.element("td", null, row.without())
                    .element("td", "with", row.with())
                    .raw("</tr>");
        }
        return html.raw("</tbody></table></figure></section>\n");
    }

    private static void side(Html html, String name, Side side, TimeScale time, Scale bytes) {
        Plot plot = new Plot(time, bytes, "tall");
        double[] lower = new double[side.seconds().length];
        for (int shard = 0; shard < side.resident().length; shard++) {
            double[] upper = lower.clone();
            for (int i = 0; i < upper.length; i++) {
                upper[i] += side.resident()[shard][i];
            }
            plot.area("band" + shard % 2, side.seconds(), lower, upper);
            lower = upper;
        }
        plot.line("landed total", side.seconds(), lower).moment("read", side.loadedSeconds());
        html.raw("<figure><figcaption>").element("h3", null, name).raw("<p class=\"legend\">");
        html.add(LoadSection.key("band0", "in page cache, a shade per shard"))
                .add(LoadSection.key("read", "loaded in " + Quantity.seconds(side.loadedSeconds())))
                .raw("</p></figcaption>");
        html.add(plot.toHtml("Page cache " + name + ", over time: at most " + ByteSize.format(side.mostBytes())
                        + ", loaded in " + Quantity.seconds(side.loadedSeconds())))
                .raw("</figure>");
    }
}
