package dev.nowake.agent.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** An upright axis from 0 on: where its lines are and what stands beside them. */
record Scale(double max, List<Tick> ticks) {
    record Tick(double value, String label) {}

    /** Lines drawn beside the one at 0, at most. */
    private static final int LINES = 4;

    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    Scale {
        ticks = List.copyOf(ticks);
    }

    /** Bytes, in powers of two. */
    static Scale bytes(double most) {
        double max = Math.max(most, 1);
        double step = 1;
        while (max / step > LINES) {
            step *= 2;
        }
        int unit = 0;
        while (unit < BYTES.length - 1 && max >= Math.scalb(1.0, 10 * (unit + 1))) {
            unit++;
        }
        double one = Math.scalb(1.0, 10 * unit);
        String name = BYTES[unit];
        return of(max * 1.02, step, value -> plain(value / one) + " " + name);
    }

    /** Any count, with what it counts. */
    static Scale count(double most, String what) {
        double max = Math.max(most, 1);
        return of(max * 1.05, decimalStep(max), value -> plain(value) + what);
    }

    /** Gigabytes a second. */
    static Scale rate(double most) {
        double max = Math.max(most / 1e9, 0.01) * 1.05;
        Scale giga = of(max, decimalStep(max), value -> plain(value) + " GB/s");
        List<Tick> ticks = new ArrayList<>();
        giga.ticks().forEach(tick -> ticks.add(new Tick(tick.value() * 1e9, tick.label())));
        return new Scale(max * 1e9, ticks);
    }

    static double decimalStep(double max) {
        double step = Math.pow(10, Math.floor(Math.log10(max)) - 1);
        double[] factors = {2, 2.5, 2};
        for (int i = 0; max / step > LINES; i++) {
            step *= factors[i % factors.length];
        }
        return step;
    }

    private static Scale of(double max, double step, DoubleFunction<String> label) {
        List<Tick> ticks = new ArrayList<>();
        ticks.add(new Tick(0, "0"));
        for (int i = 1; i * step <= max; i++) {
            ticks.add(new Tick(i * step, label.apply(i * step)));
        }
        return new Scale(max, ticks);
    }

    /** Without needless zeros: 0.5, 2, 1 500. */
    static String plain(double value) {
        if (value >= 1000 && value == Math.rint(value)) {
            return Quantity.count((long) value);
        }
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }
}
