package dev.nowake.agent.execute;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an eviction left behind.
 *
 * @param evictedBytes resident before less resident after; an estimate while somebody reads the file
 * @param residentBytes still resident in the ranges; -1 where residency is unknown
 * @param edgeBytes of those, in folios that reach over a range's edge: they stay by rule and are no refusal
 * @param refused the others by reason
 */
public record EvictOutcome(long evictedBytes, long residentBytes, long edgeBytes, Map<Refusal, Long> refused) {
    public EvictOutcome {
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
    }

    public boolean isComplete() {
        return refused.isEmpty();
    }
}
