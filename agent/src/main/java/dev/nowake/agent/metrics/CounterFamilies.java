package dev.nowake.agent.metrics;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.CounterFamily;
import java.util.ArrayList;
import java.util.List;

/** Every {@link Counter}, each in one family. */
final class CounterFamilies {
    private CounterFamilies() {}

    static List<Family> all() {
        List<Family> families = new ArrayList<>();
        for (Counter counter : Counter.values()) {
            if (counter.family() == null) {
                families.add(Family.counter(
                        counter.metric(),
                        counter.help(),
                        (look, points) -> points.add(look.counters().get(counter))));
            }
        }
        for (CounterFamily family : CounterFamily.values()) {
            families.add(labelled(family));
        }
        return families;
    }

    private static Family labelled(CounterFamily family) {
        List<Counter> kinds = new ArrayList<>();
        for (Counter counter : Counter.values()) {
            if (counter.family() == family) {
                kinds.add(counter);
            }
        }
        return Family.counter(
                family.metric(),
                family.help(),
                (look, points) ->
                        kinds.forEach(counter -> points.add(look.counters().get(counter), counter.kind())),
                family.label());
    }
}
