package dev.nowake.agent.metrics;

import java.util.List;
import java.util.stream.Stream;

/** Every metric there is. docs/metrics.md is made of it, and a test compares the two. */
final class Catalogue {
    static final List<Family> FAMILIES = Stream.of(
                    CounterFamilies.all(),
                    LoadFamilies.all(),
                    PolicyFamilies.all(),
                    GovernorFamilies.all(),
                    MirrorFamilies.all(),
                    HostFamilies.all())
            .flatMap(List::stream)
            .toList();

    private Catalogue() {}
}
