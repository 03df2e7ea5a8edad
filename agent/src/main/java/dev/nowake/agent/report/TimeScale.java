package dev.nowake.agent.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The way from seconds to places from left to right, 0 to 1. A server keeps its model mapped for days after a load of
 * seconds: where nothing happens for long, time is cut to a narrow gap, which is told.
 */
final class TimeScale {
    /** What counts as long: a quarter of all the time in which something happens. */
    private static final double LONG_PART = 0.25;

    private static final double LONG_SECONDS = 5;

    /** As wide as a gap is drawn, of the time in which something happens. */
    private static final double GAP_PART = 0.06;

    private static final int MOST_GAPS = 6;
    private static final int TICKS = 6;

    /** Time cut out. */
    record Gap(double from, double to) {
        double seconds() {
            return to - from;
        }
    }

    record Tick(double place, String label) {}

    private final List<Gap> gaps = new ArrayList<>();
    private final double end;
    private final double gapWidth;
    private final double width;

    private TimeScale(double end, List<Gap> cut) {
        this.end = end;
        gaps.addAll(cut);
        double busy = end - cut.stream().mapToDouble(Gap::seconds).sum();
        gapWidth = busy * GAP_PART;
        width = Math.max(1e-9, busy + gapWidth * cut.size());
    }

    /** {@code moments}: when something happened; the scale goes from 0 to the last of them. */
    static TimeScale of(double[] moments) {
        double[] times = Arrays.copyOf(moments, moments.length + 1); // and 0
        Arrays.sort(times);
        double end = Math.max(times[times.length - 1], 1e-3);
        List<Gap> found = new ArrayList<>();
        for (int i = 1; i < times.length; i++) {
            if (times[i] - times[i - 1] > LONG_SECONDS) {
                found.add(new Gap(times[i - 1], times[i]));
            }
        }
        found.sort((a, b) -> Double.compare(b.seconds(), a.seconds()));
        double busy = end;
        List<Gap> cut = new ArrayList<>();
        for (Gap gap : found) {
            if (cut.size() == MOST_GAPS || gap.seconds() < LONG_PART * (busy - gap.seconds())) {
                break;
            }
            cut.add(gap);
            busy -= gap.seconds();
        }
        cut.sort((a, b) -> Double.compare(a.from(), b.from()));
        return new TimeScale(end, cut);
    }

    /** Without gaps, to a given end. */
    static TimeScale to(double seconds) {
        return new TimeScale(Math.max(seconds, 1e-3), List.of());
    }

    double end() {
        return end;
    }

    List<Gap> gaps() {
        return gaps;
    }

    /** 0 to 1. */
    double place(double seconds) {
        double at = Math.clamp(seconds, 0, end);
        double place = at;
        for (Gap gap : gaps) {
            if (at >= gap.to()) {
                place += gapWidth - gap.seconds();
            } else if (at > gap.from()) {
                place += (at - gap.from()) * (gapWidth / gap.seconds() - 1);
            }
        }
        return Math.clamp(place / width, 0, 1);
    }

    List<Tick> ticks() {
        double step = step(width);
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i * step <= end && i < 100_000; i++) {
            double at = i * step;
            double place = place(at);
            boolean inGap = gaps.stream().anyMatch(gap -> at > gap.from() && at < gap.to());
            boolean apart = ticks.isEmpty() || place - ticks.getLast().place() > 0.06;
            if (!inGap && apart && place < 0.97) {
                ticks.add(new Tick(place, label(at)));
            }
        }
        return ticks;
    }

    private static double step(double seconds) {
        double[] round = {
            0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800,
            3600, 7200, 21_600, 43_200, 86_400
        };
        for (double each : round) {
            if (seconds / each <= TICKS) {
                return each;
            }
        }
        return Math.ceil(seconds / TICKS / 86_400) * 86_400;
    }

    private String label(double at) {
        if (at == 0) {
            return "0";
        }
        if (at < 120) {
            return Scale.plain(at) + " s";
        }
        return at < 7200
                ? Scale.plain(Math.round(at / 6) / 10.0) + " min"
                : Scale.plain(Math.round(at / 360) / 10.0) + " h";
    }
}
