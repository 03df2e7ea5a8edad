package dev.nowake.agent.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A story's samples, filled in: at each moment every shard's figures, as far as they are known by then. Shards next to each
 * other are one band where there are more than can be told apart; moments are thinned likewise.
 */
final class Timeline {
    static final int MOST_BANDS = 24;
    private static final int MOST_MOMENTS = 700;

    /** Shards from {@code first} to {@code last}, drawn as one. */
    record Band(int first, int last, String label, long sizeBytes) {}

    final List<Band> bands = new ArrayList<>();
    double[] seconds = {};
    /** By band, then moment. */
    double[][] resident = {};

    double[][] read = {};
    double[][] asked = {};
    double[] totalResident = {};
    double[] totalRead = {};
    double[] totalAsked = {};
    double[] totalLanded = {};
    final List<SamplePoint> host = new ArrayList<>();
    double lookedAt = 1;

    private final int[] bandOf;
    private final List<Integer> indices;

    private Timeline(LoadStory story) {
        indices = List.copyOf(story.shards.keySet());
        bandOf = new int[indices.size()];
        int count = Math.min(MOST_BANDS, indices.size());
        for (int band = 0; band < count; band++) {
            int from = (int) ((long) band * indices.size() / count);
            int to = (int) ((long) (band + 1) * indices.size() / count);
            Arrays.fill(bandOf, from, to, band);
            bands.add(band(story, from, to - 1));
        }
    }

    private Band band(LoadStory story, int from, int to) {
        long size = 0;
        for (int i = from; i <= to; i++) {
            size += Math.max(0, story.shards.get(indices.get(i)).sizeBytes());
        }
        String name = story.shards.get(indices.get(from)).file();
        String label = from == to
                ? (name == null ? "shard " + indices.get(from) : name)
                : "shards " + indices.get(from) + " to " + indices.get(to);
        return new Band(indices.get(from), indices.get(to), label, size);
    }

    static Timeline of(LoadStory story) {
        Timeline line = new Timeline(story);
        line.fill(story.samples);
        return line;
    }

    private void fill(List<SamplePoint> samples) {
        int every = Math.max(1, Math.ceilDiv(samples.size(), MOST_MOMENTS));
        int moments = Math.ceilDiv(samples.size(), every);
        seconds = new double[moments];
        resident = new double[bands.size()][moments];
        read = new double[bands.size()][moments];
        asked = new double[bands.size()][moments];
        totalResident = new double[moments];
        totalRead = new double[moments];
        totalAsked = new double[moments];
        totalLanded = new double[moments];
        long[][] now = new long[4][indices.size()];
        int moment = 0;
        double last = 0;
        for (int i = 0; i < samples.size(); i++) {
            SamplePoint sample = samples.get(i);
            take(sample, now);
            lookedAt = Math.min(lookedAt, sample.lookedAt());
            last = Math.max(last, sample.seconds()); // never back in time, whatever the lines say
            if ((samples.size() - 1 - i) % every == 0) {
                seconds[moment] = last;
                host.add(sample);
                note(moment++, now);
            }
        }
    }

    private void take(SamplePoint sample, long[][] now) {
        for (SamplePoint.OfShard shard : sample.shards()) {
            int at = java.util.Collections.binarySearch(indices, shard.shard());
            if (at >= 0) {
                long[] figures = {shard.residentBytes(), shard.readBytes(), shard.askedBytes(), shard.landedBytes()};
                for (int figure = 0; figure < figures.length; figure++) {
                    now[figure][at] = figures[figure] < 0 ? now[figure][at] : figures[figure];
                }
            }
        }
    }

    private void note(int moment, long[][] now) {
        for (int i = 0; i < bandOf.length; i++) {
            resident[bandOf[i]][moment] += now[0][i];
            read[bandOf[i]][moment] += now[1][i];
            asked[bandOf[i]][moment] += now[2][i];
            totalResident[moment] += now[0][i];
            totalRead[moment] += now[1][i];
            totalAsked[moment] += now[2][i];
            totalLanded[moment] += now[3][i];
        }
    }

    boolean isEmpty() {
        return seconds.length == 0;
    }

    /** Bytes a second between this moment and the one before. */
    static double[] rate(double[] seconds, double[] bytes) {
        double[] rate = new double[seconds.length];
        for (int i = 0; i < seconds.length; i++) {
            double time = i == 0 ? seconds[0] : seconds[i] - seconds[i - 1];
            double more = i == 0 ? bytes[0] : bytes[i] - bytes[i - 1];
            rate[i] = time < 1e-3 ? (i == 0 ? 0 : rate[i - 1]) : Math.max(0, more) / time;
        }
        return rate;
    }

    /** When something of the load had changed since the moment before. */
    double[] movingSeconds() {
        double[] moving = new double[seconds.length];
        int count = 0;
        for (int i = 0; i < seconds.length; i++) {
            boolean moved = i == 0
                    || totalResident[i] != totalResident[i - 1]
                    || totalRead[i] != totalRead[i - 1]
                    || totalAsked[i] != totalAsked[i - 1]
                    || totalLanded[i] != totalLanded[i - 1];
            if (moved) {
                moving[count++] = seconds[i];
            }
        }
        return Arrays.copyOf(moving, count);
    }

    /** -1 without a sample. */
    static double most(double[] values) {
        return Arrays.stream(values).max().orElse(-1);
    }
}
