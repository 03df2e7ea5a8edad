package dev.nowake.agent.cli;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * On which NUMA nodes a file's resident pages lie, by a sample.
 *
 * @param bytes by node, reckoned from the sample; together the resident bytes, or empty where nothing could be asked
 * @param pages that answered
 * @param exact every resident page was asked
 */
record NodeSample(Map<Integer, Long> bytes, int pages, boolean exact) {
    static final NodeSample UNKNOWN = new NodeSample(Map.of(), 0, false);

    /**
     * Pages asked about at most. A share is then wrong by 1.6 points at most, 19 times in 20 (one half is the worst case:
     * 1.96 * sqrt(0.25 / 4096) = 1.5); asking takes two microseconds a page. Four times as many would halve the error.
     */
    private static final int MOST_PAGES = 4096;

    /** Twice the square root of the sample's variance holds 19 times in 20. */
    private static final double DEVIATIONS = 1.96;

    NodeSample {
        bytes = new TreeMap<>(bytes);
    }

    /** {@code resident}: the runs there are, in order. */
    static NodeSample of(PageCache cache, OpenFile file, List<Extent> resident, long pageBytes) throws KernelException {
        long residentBytes = resident.stream().mapToLong(Extent::lengthBytes).sum();
        long pages = resident.stream()
                .mapToLong(run -> Math.ceilDiv(run.lengthBytes(), pageBytes))
                .sum();
        int asked = (int) Math.min(pages, MOST_PAGES);
        Map<Integer, Long> hits = new TreeMap<>();
        int answered = 0;
        for (int node : cache.nodes(file, offsets(resident, pages, asked, pageBytes))) {
            if (node >= 0) {
                hits.merge(node, 1L, Long::sum);
                answered++;
            }
        }
        return new NodeSample(shares(hits, answered, residentBytes), answered, asked == pages);
    }

    /** The largest error of a node's bytes, 19 times in 20. */
    long errorBytes(int node) {
        if (exact || pages == 0) {
            return 0;
        }
        long all = bytes.values().stream().mapToLong(Long::longValue).sum();
        double share = all == 0 ? 0 : bytes.getOrDefault(node, 0L) / (double) all;
        return (long) (DEVIATIONS * Math.sqrt(share * (1 - share) / pages) * all);
    }

    /** One page of each equal part, at random: at even distances, pages that take turns would all seem to be on one node. */
    private static long[] offsets(List<Extent> resident, long pages, int asked, long pageBytes) {
        SplittableRandom random = new SplittableRandom(pages); // the same answer for the same pages
        long[] offsets = new long[asked];
        int run = 0;
        long before = 0;
        for (int i = 0; i < asked; i++) {
            long from = pages * i / asked;
            long to = Math.max(from + 1, pages * (i + 1) / asked);
            long page = random.nextLong(from, to);
            while (page - before >= Math.ceilDiv(resident.get(run).lengthBytes(), pageBytes)) {
                before += Math.ceilDiv(resident.get(run).lengthBytes(), pageBytes);
                run++;
            }
            offsets[i] = resident.get(run).offsetBytes() + (page - before) * pageBytes;
        }
        return offsets;
    }

    private static Map<Integer, Long> shares(Map<Integer, Long> hits, int answered, long residentBytes) {
        Map<Integer, Long> shares = new TreeMap<>();
        hits.forEach((node, count) -> shares.put(node, Math.round(residentBytes * (count / (double) answered))));
        return shares;
    }
}
