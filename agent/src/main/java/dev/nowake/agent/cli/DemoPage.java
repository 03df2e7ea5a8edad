package dev.nowake.agent.cli;

import dev.nowake.agent.demo.Course;
import dev.nowake.agent.demo.Demo;
import dev.nowake.agent.demo.Measurement;
import dev.nowake.agent.report.Comparison;
import java.util.ArrayList;
import java.util.List;

/** What the demo measured, as a page. */
final class DemoPage {
    private DemoPage() {}

    static String of(Demo.Result result) {
        List<Comparison> loaders = new ArrayList<>();
        result.loaders().forEach((how, pair) -> {
            List<Comparison.Row> rows = new ArrayList<>();
            DemoVerb.FIGURES.forEach(figure -> rows.add(new Comparison.Row(
                    figure.name(),
                    figure.text().apply(pair.without()),
                    figure.text().apply(pair.with()))));
            loaders.add(new Comparison(how + " loader", side(pair.without()), side(pair.with()), rows));
        });
        String what = "A model of " + Sizes.of(result.modelBytes()) + " in " + result.shards()
                + " shards, loaded cold by a loader that knows nothing of nowake; " + DemoVerb.howMany(result) + ".";
        return Comparison.page("Without and with nowake", what, result.modelBytes(), loaders);
    }

    private static Comparison.Side side(Measurement measured) {
        List<Course.Moment> moments = measured.course().moments().stream()
                .filter(moment -> moment.seconds() >= 0)
                .toList();
        double[] seconds = moments.stream().mapToDouble(Course.Moment::seconds).toArray();
        int shards = moments.isEmpty() ? 0 : moments.getFirst().residentBytes().size();
        double[][] resident = new double[shards][seconds.length];
        for (int i = 0; i < seconds.length; i++) {
            for (int shard = 0; shard < shards; shard++) {
                resident[shard][i] = moments.get(i).residentBytes().get(shard);
            }
        }
        return new Comparison.Side(seconds, resident, measured.seconds());
    }
}
