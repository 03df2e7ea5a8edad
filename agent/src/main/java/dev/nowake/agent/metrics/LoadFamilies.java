package dev.nowake.agent.metrics;

import dev.nowake.agent.observe.Measure;
import dev.nowake.agent.observe.ModelTotals;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Loads: how they went, which are under way, what they leave. */
final class LoadFamilies {
    private LoadFamilies() {}

    static List<Family> all() {
        List<Family> families = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            families.add(Family.histogram(
                    measure.metric(),
                    measure.help(),
                    (look, points) -> points.add(look.counters().measure(measure))));
        }
        families.add(Family.gauge(
                "active_loads",
                "loads under way: loading until the last reader is gone, then releasing",
                (look, points) -> {
                    points.add(look.loads().loading(), "loading");
                    points.add(look.loads().releasing(), "releasing");
                },
                "state"));
        families.add(Family.gauge(
                "active_readers",
                "processes that read a model now",
                (look, points) -> points.add(look.loads().readers())));
        families.add(Family.gauge(
                "held_files",
                "model files the daemon has open itself",
                (look, points) -> points.add(look.daemon().heldFiles())));
        families.add(Family.gauge(
                "resident_bytes",
                "bytes of model files in page cache as they were looked at last: at their last reader's end, or reckoned"
                        + " from what was prefetched and dropped while a load goes on; node: where their prefetch was"
                        + " bound to, any: to none, or to several",
                (look, points) -> new TreeMap<>(look.loads().residentBytes())
                        .forEach((place, bytes) -> points.add(bytes, place.root(), place.node())),
                "root",
                "node"));
        families.add(model("model_loads", "loads ended", ModelTotals.Total::loads));
        families.add(model(
                "model_load_seconds",
                "how long loads lasted, from the first open to the last reader's end, summed",
                ModelTotals.Total::seconds));
        families.add(model(
                "model_prefetched_bytes",
                "bytes prefetched that landed, of loads that ended",
                ModelTotals.Total::prefetchedBytes));
        families.add(model(
                "model_evicted_bytes",
                "bytes dropped from page cache, of loads that ended",
                ModelTotals.Total::evictedBytes));
        return families;
    }

    private static Family model(String name, String help, ToDoubleFunction<ModelTotals.Total> value) {
        return Family.counter(
                        name,
                        help,
                        (look, points) ->
                                look.models().forEach((model, total) -> points.add(value.applyAsDouble(total), model)),
                        "model")
                .forModels();
    }
}
