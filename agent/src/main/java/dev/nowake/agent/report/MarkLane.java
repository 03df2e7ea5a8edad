package dev.nowake.agent.report;

import java.util.ArrayList;
import java.util.List;

/** A load's marks: a lane of symbols above the time axis, each a link to its line in the list below. */
final class MarkLane {
    /** Symbols drawn: more would be one on the other. Those left out still stand in the list. */
    private static final int MOST_DRAWN = 160;

    private static final int MOST_LISTED = 600;
    private static final int MOST_OPEN = 60;
    private static final int LANES = 4;
    private static final double APART = 0.018;

    private final List<Mark> marks;
    private final TimeScale time;
    private final String id;
    private final int leftOut;

    /** {@code id}: the load's, for links. */
    MarkLane(LoadStory story, TimeScale time, String id) {
        this.marks = story.marks.subList(0, Math.min(MOST_LISTED, story.marks.size()));
        this.leftOut = story.marksLeftOut + story.marks.size() - marks.size();
        this.time = time;
        this.id = id;
    }

    Html drawing() {
        double[] free = new double[LANES];
        java.util.Arrays.fill(free, -1);
        Html html = new Html()
                .raw(
                        "<div class=\"chart marks\"><span></span><svg class=\"lane\" role=\"group\" aria-label=\"What happened, in order\">");
        for (int i : drawn()) {
            double place = time.place(marks.get(i).seconds());
            int lane = laneFor(place, free);
            free[lane] = place;
            symbol(html, i, place, lane);
        }
        return html.raw("</svg></div><p class=\"detail\" aria-live=\"polite\"></p>");
    }

    /** The first with room, else the one whose last symbol is furthest off. */
    private static int laneFor(double place, double[] last) {
        int best = 0;
        for (int lane = 0; lane < LANES; lane++) {
            if (place - last[lane] >= APART) {
                return lane;
            }
            best = last[lane] < last[best] ? lane : best;
        }
        return best;
    }

    /** What stands in the way, and all else as far as there is room. */
    private List<Integer> drawn() {
        List<Integer> drawn = new ArrayList<>();
        int every = Math.max(1, Math.ceilDiv(marks.size(), MOST_DRAWN));
        for (int i = 0; i < marks.size(); i++) {
            if (i % every == 0 || marks.get(i).family() != Mark.Family.DECISION && marks.size() < 2 * MOST_DRAWN) {
                drawn.add(i);
            }
        }
        return drawn;
    }

    private void symbol(Html html, int index, double place, int lane) {
        Mark mark = marks.get(index);
        html.raw("<a class=\"mark " + mark.family().word() + "\" href=\"#" + id + "-" + index + "\"")
                .attribute("aria-label", Quantity.seconds(mark.seconds()) + ": " + mark.title() + ". " + mark.text())
                .raw(">")
                .format("<svg x=\"%.2f%%\" y=\"%d\" class=\"sym\">", place * 100, 10 + lane * 15)
                .raw("<circle class=\"hit\" r=\"9\"/>" + shape(mark.family()) + "</svg></a>");
    }

    static String shape(Mark.Family family) {
        return switch (family) {
            case READER -> "<circle r=\"4.5\"/>";
            case DECISION -> "<path d=\"M0-6 6 0 0 6-6 0Z\"/>";
            case RESULT -> "<path d=\"M-4.5-4.5h9v9h-9Z\"/>";
            case TROUBLE -> "<path d=\"M0-6 6.5 5h-13Z\"/>";
        };
    }

    static Html legend() {
        Html html = new Html().raw("<p class=\"legend\">");
        for (Mark.Family family : Mark.Family.values()) {
            html.raw("<span><svg class=\"key mark " + family.word() + "\" viewBox=\"-8 -8 16 16\" aria-hidden=\"true\">"
                            + shape(family) + "</svg>")
                    .text(family.label())
                    .raw("</span> ");
        }
        return html.raw("</p>");
    }

    Html list() {
        boolean few = marks.size() <= MOST_OPEN;
        Html html = new Html().raw(few ? "<details class=\"events\" open>" : "<details class=\"events\">");
        html.element("summary", null, marks.size() == 1 ? "one event" : marks.size() + " events")
                .raw("<ol class=\"happened\">");
        for (int i = 0; i < marks.size(); i++) {
            Mark mark = marks.get(i);
            html.raw("<li id=\"" + id + "-" + i + "\"><span class=\"when\">")
                    .text(Quantity.seconds(mark.seconds()))
                    .raw("</span><svg class=\"key mark " + mark.family().word()
                            + "\" viewBox=\"-8 -8 16 16\" aria-hidden=\"true\">" + shape(mark.family())
                            + "</svg><span class=\"what\">")
                    .element("b", null, mark.title())
                    .raw(" ")
                    .element("span", "why", mark.text())
                    .raw("</span></li>");
        }
        html.raw("</ol>");
        if (leftOut > 0) {
            html.element("p", "note", leftOut + " more are not listed.");
        }
        return html.raw("</details>");
    }
}
