package dev.nowake.agent.report;

import java.util.List;

/**
 * One {@code sample} line: the shards that changed, and the host. Numbers are -1 (or NaN) where the line has none.
 *
 * @param seconds since the load began
 * @param lookedAt the share of pages that stood for all; 1 for all of them
 */
record SamplePoint(
        double seconds,
        String state,
        List<OfShard> shards,
        double lookedAt,
        List<OfNode> nodes,
        long kswapdPages,
        long directPages,
        double stalledSeconds,
        long waits,
        String waitsFor) {
    record OfShard(int shard, long residentBytes, long readBytes, long askedBytes, long landedBytes) {}

    record OfNode(int node, long freeBytes, long lowBytes, long highBytes) {}

    /** The same later. */
    SamplePoint still(double until) {
        return new SamplePoint(
                until, state, List.of(), lookedAt, nodes, kswapdPages, directPages, stalledSeconds, waits, waitsFor);
    }
}
