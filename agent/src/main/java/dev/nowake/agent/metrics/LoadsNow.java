package dev.nowake.agent.metrics;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * The loads under way, and what is resident below the roots.
 *
 * @param loading not all of their readers are gone
 * @param releasing their pages are being dropped
 * @param readers processes
 * @param residentBytes of files of models, as they were looked at last
 */
public record LoadsNow(int loading, int releasing, int readers, Map<Place, Long> residentBytes) {
    public static final LoadsNow NONE = new LoadsNow(0, 0, 0, Map.of());

    /**
     * Where pages are.
     *
     * @param root as it is configured
     * @param node a NUMA node's number; {@code any} where they may be on several
     */
    public record Place(String root, String node) implements Comparable<Place> {
        public static final String ANY_NODE = "any";

        private static final Comparator<Place> ORDER =
                Comparator.comparing(Place::root).thenComparing(Place::node);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    public LoadsNow {
        residentBytes = Map.copyOf(residentBytes);
    }

    public LoadsNow plus(LoadsNow other) {
        Map<Place, Long> resident = new HashMap<>(residentBytes);
        other.residentBytes.forEach((place, bytes) -> resident.merge(place, bytes, Long::sum));
        return new LoadsNow(loading + other.loading, releasing + other.releasing, readers + other.readers, resident);
    }
}
