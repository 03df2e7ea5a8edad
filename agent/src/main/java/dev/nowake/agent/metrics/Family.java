package dev.nowake.agent.metrics;

import dev.nowake.agent.observe.Histogram;
import java.util.List;

/**
 * One metric: what it is called and means, and how its samples are read.
 *
 * @param name of a counter without {@code _total}, of an info without {@code _info}
 * @param labels names, in the order of the values that {@code reading} gives
 */
record Family(String name, Kind kind, List<String> labels, String help, Audience audience, Reading reading) {
    enum Kind {
        COUNTER("counter", "_total"),
        GAUGE("gauge", ""),
        HISTOGRAM("histogram", ""),
        /** A gauge that is 1 and says something in its labels. */
        INFO("gauge", "_info");

        private final String label;
        private final String suffix;

        Kind(String label, String suffix) {
            this.label = label;
            this.suffix = suffix;
        }

        String label() {
            return label;
        }
    }

    /** Who is shown it. */
    enum Audience {
        EVERYBODY,
        /** Not the text file: node_exporter, which reads that, has metrics of these names of its own. */
        ENDPOINT,
        /** Whoever wants models told apart. */
        MODELS
    }

    /** Where a family's samples go. */
    interface Points {
        void add(double value, String... labelValues);

        void add(Histogram histogram, String... labelValues);

        /** A histogram that was read before: {@code counts} of each bucket alone, one more than there are bounds. */
        void add(double[] bounds, long[] counts, double sum, String... labelValues);
    }

    /** Reads all samples of one family. */
    interface Reading {
        void read(Look look, Points points);
    }

    static final String PREFIX = "nowake_";

    static Family counter(String name, String help, Reading reading, String... labels) {
        return new Family(PREFIX + name, Kind.COUNTER, List.of(labels), help, Audience.EVERYBODY, reading);
    }

    static Family gauge(String name, String help, Reading reading, String... labels) {
        return new Family(PREFIX + name, Kind.GAUGE, List.of(labels), help, Audience.EVERYBODY, reading);
    }

    static Family histogram(String name, String help, Reading reading, String... labels) {
        return new Family(PREFIX + name, Kind.HISTOGRAM, List.of(labels), help, Audience.EVERYBODY, reading);
    }

    Family forModels() {
        return new Family(name, kind, labels, help, Audience.MODELS, reading);
    }

    /** As PromQL knows it; a histogram's samples have {@code _bucket}, {@code _sum} or {@code _count} behind it. */
    String exposedName() {
        return name + kind.suffix;
    }

    /** A base unit; empty for a number of things. */
    String unit() {
        return name.endsWith("_bytes") ? "bytes" : name.endsWith("_seconds") ? "seconds" : "";
    }
}
