package dev.nowake.agent.report;

/**
 * One drawing over time. Lines are SVG stretched to the page's width; labels are text beside them, which keeps its size.
 * Without a style attribute anywhere, so that the page can forbid them.
 */
final class Plot {
    private final TimeScale time;
    private final Scale scale;
    private final String height;
    private final Html shapes = new Html();

    /** {@code height}: a class of the style sheet. */
    Plot(TimeScale time, Scale scale, String height) {
        this.time = time;
        this.scale = scale;
        this.height = height;
    }

    private String x(double seconds) {
        return number(time.place(seconds) * 1000);
    }

    private String y(double value) {
        return number(1000 - Math.clamp(value / scale.max(), 0, 1) * 1000);
    }

    private static String number(double value) {
        return Scale.plain(Math.round(value * 10) / 10.0).replace("\u202f", "");
    }

    Plot line(String styles, double[] seconds, double[] values) {
        if (seconds.length > 0) {
            shapes.raw("<path class=\"line " + styles + "\" d=\"" + path(seconds, values, 'M') + "\"/>");
        }
        return this;
    }

    /** Each value holds from the moment before on. */
    Plot steps(String styles, double[] seconds, double[] values) {
        StringBuilder path = new StringBuilder("M0 1000");
        for (int i = 0; i < seconds.length; i++) {
            path.append('V').append(y(values[i])).append('H').append(x(seconds[i]));
        }
        if (seconds.length > 0) {
            shapes.raw("<path class=\"line " + styles + "\" d=\"" + path + "\"/>");
        }
        return this;
    }

    Plot area(String styles, double[] seconds, double[] lower, double[] upper) {
        if (seconds.length == 0) {
            return this;
        }
        StringBuilder back = new StringBuilder();
        for (int i = seconds.length - 1; i >= 0; i--) {
            back.append('L').append(x(seconds[i])).append(' ').append(y(lower[i]));
        }
        shapes.raw("<path class=\"area " + styles + "\" d=\"" + path(seconds, upper, 'M') + back + "Z\"/>");
        return this;
    }

    /** From left to right. */
    Plot level(String styles, double value) {
        shapes.raw("<path class=\"line " + styles + "\" d=\"M0 " + y(value) + "H1000\"/>");
        return this;
    }

    /** From top to bottom. */
    Plot moment(String styles, double seconds) {
        shapes.raw("<path class=\"line " + styles + "\" d=\"M" + x(seconds) + " 0V1000\"/>");
        return this;
    }

    /** Points that would be drawn on the one before are left out. */
    private String path(double[] seconds, double[] values, char first) {
        StringBuilder path = new StringBuilder();
        String before = "";
        for (int i = 0; i < seconds.length; i++) {
            String point = x(seconds[i]) + ' ' + y(values[i]);
            if (!point.equals(before) || i == seconds.length - 1) {
                path.append(i == 0 ? first : 'L').append(point);
            }
            before = point;
        }
        return path.toString();
    }

    /** With axes; {@code label} is what a screen reader says. */
    Html toHtml(String label) {
        Html html = new Html().raw("<div class=\"chart\"><svg class=\"yaxis " + height + "\" aria-hidden=\"true\">");
        for (Scale.Tick tick : scale.ticks()) {
            double percent = 100 - tick.value() / scale.max() * 100;
            html.format("<text x=\"100%%\" y=\"%.2f%%\" dy=\"%s\">", percent, percent < 8 ? ".8em" : ".32em")
                    .text(tick.label())
                    .raw("</text>");
        }
        return html.raw("</svg>")
                .add(picture(label))
                .raw("<span></span>")
                .add(timeAxis(time))
                .raw("</div>");
    }

    /** Without axes. */
    Html picture(String label) {
        Html html = new Html()
                .raw("<svg class=\"plot " + height
                        + "\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" role=\"img\"")
                .attribute("aria-label", label)
                .raw(">");
        for (TimeScale.Gap gap : time.gaps()) {
            html.format(
                    "<rect class=\"gap\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"1000\"/>",
                    time.place(gap.from()) * 1000, (time.place(gap.to()) - time.place(gap.from())) * 1000);
        }
        for (Scale.Tick tick : scale.ticks()) {
            html.raw("<path class=\"" + (tick.value() == 0 ? "base" : "grid") + "\" d=\"M0 " + y(tick.value())
                    + "H1000\"/>");
        }
        return html.add(shapes).raw("</svg>");
    }

    static Html timeAxis(TimeScale time) {
        Html html = new Html().raw("<svg class=\"xaxis\" aria-hidden=\"true\">");
        int nth = 0;
        for (TimeScale.Tick tick : time.ticks()) {
            String anchor = tick.place() < 0.02 ? "first" : nth % 2 == 1 ? "odd" : "even";
            html.format("<text class=\"%s\" x=\"%.2f%%\" y=\"1.35em\">", anchor, tick.place() * 100)
                    .text(tick.label())
                    .raw("</text>");
            nth++;
        }
        return html.raw("</svg>");
    }
}
