package dev.nowake.agent.metrics;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The catalogue read into the Prometheus library's own types. Any thread; one scrape at a time. */
final class Exposition implements MultiCollector {
    private final Observed daemon;
    private final Set<Family.Audience> audiences;

    /**
     * @param modelLabel whether models are told apart
     * @param process whether metrics of the process are among them
     */
    Exposition(Observed daemon, boolean modelLabel, boolean process) {
        this.daemon = daemon;
        this.audiences = EnumSet.of(Family.Audience.EVERYBODY);
        if (modelLabel) {
            audiences.add(Family.Audience.MODELS);
        }
        if (process) {
            audiences.add(Family.Audience.ENDPOINT);
        }
    }

    /** A family that cannot be read is left out and counted as an error: the others are still worth having. */
    @Override
    public synchronized MetricSnapshots collect() {
        Look look = Look.at(daemon);
        List<MetricSnapshot> snapshots = new ArrayList<>();
        for (Family family : Catalogue.FAMILIES) {
            if (audiences.contains(family.audience())) {
                try {
                    snapshots.add(snapshot(family, look));
                } catch (RuntimeException broken) {
                    daemon.counters().increment(Counter.ERRORS);
                }
            }
        }
        return new MetricSnapshots(snapshots);
    }

    /** In the text format of Prometheus, without time stamps. */
    String text() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 << 10);
        try {
            PrometheusTextFormatWriter.builder()
                    .setIncludeCreatedTimestamps(false)
                    .build()
                    .write(bytes, collect());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible); // bytes in memory
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static MetricSnapshot snapshot(Family family, Look look) {
        Unit unit = family.unit().isEmpty() ? null : new Unit(family.unit());
        MetricMetadata metadata = new MetricMetadata(family.name(), family.help(), unit);
        Samples samples = new Samples(family);
        family.reading().read(look, samples);
        return switch (family.kind()) {
            case COUNTER -> new CounterSnapshot(metadata, samples.counters);
            case GAUGE -> new GaugeSnapshot(metadata, samples.gauges);
            case HISTOGRAM -> new HistogramSnapshot(metadata, samples.histograms);
            case INFO -> new InfoSnapshot(metadata, samples.infos);
        };
    }

    /** The samples of one family. */
    private static final class Samples implements Family.Points {
        private final Family family;
        private final List<CounterSnapshot.CounterDataPointSnapshot> counters = new ArrayList<>();
        private final List<GaugeSnapshot.GaugeDataPointSnapshot> gauges = new ArrayList<>();
        private final List<HistogramSnapshot.HistogramDataPointSnapshot> histograms = new ArrayList<>();
        private final List<InfoSnapshot.InfoDataPointSnapshot> infos = new ArrayList<>();

        Samples(Family family) {
            this.family = family;
        }

        private Labels labels(String[] values) {
            return values.length == 0 ? Labels.EMPTY : Labels.of(family.labels(), List.of(values));
        }

        @Override
        public void add(double value, String... labelValues) {
            Labels labels = labels(labelValues);
            switch (family.kind()) {
                case COUNTER -> counters.add(new CounterSnapshot.CounterDataPointSnapshot(value, labels, null, 0));
                case GAUGE -> gauges.add(new GaugeSnapshot.GaugeDataPointSnapshot(value, labels, null));
                case INFO -> infos.add(new InfoSnapshot.InfoDataPointSnapshot(labels));
                case HISTOGRAM -> throw new IllegalStateException(family.name() + " is a histogram");
            }
        }

        @Override
        public void add(Histogram histogram, String... labelValues) {
            add(histogram.bounds(), histogram.counts(), histogram.sum(), labelValues);
        }

        @Override
        public void add(double[] bounds, long[] counts, double sum, String... labelValues) {
            double[] upper = Arrays.copyOf(bounds, bounds.length + 1);
            upper[bounds.length] = Double.POSITIVE_INFINITY;
            histograms.add(new HistogramSnapshot.HistogramDataPointSnapshot(
                    ClassicHistogramBuckets.of(upper, counts), sum, labels(labelValues), null, 0));
        }
    }
}
