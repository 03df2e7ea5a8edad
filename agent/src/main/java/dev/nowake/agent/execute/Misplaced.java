package dev.nowake.agent.execute;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.Residency;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Pages of a file that lie on other nodes than they are wanted on: found by a sample, dropped so that they are read again.
 * The kernel keeps what is mapped; what is dirty is left alone. For one thread at a time.
 */
final class Misplaced {
    /** The largest folio: pages within one lie on one node, and a smaller step would cut it. */
    private static final long BLOCK_BYTES = 2L << 20;

    /** Pages that are to be spread can only be judged over many folios. */
    private static final long SPREAD_BLOCK_BYTES = 64L << 20;

    /**
     * Pages asked about in a block. One costs two microseconds; a block of 2 MiB read in small pieces by two nodes is
     * overlooked one time in a hundred when a seventh of it is misplaced, and then it stays as it is.
     */
    private static final int SAMPLES = 32;

    private final PageCache pages;
    private final OpenFile file;
    private final BitSet wanted;
    private final SplittableRandom random = new SplittableRandom(0);

    Misplaced(PageCache pages, OpenFile file, Placement placement) {
        this.pages = pages;
        this.file = file;
        this.wanted = placement.nodes();
    }

    /**
     * Tells the tally what was dropped and what stayed. Nothing happens where pages are wanted anywhere, or nobody may know
     * where they lie: pages on the wrong node are better than none.
     */
    void drop(RangeSet ranges, FileTally tally) {
        if (wanted.isEmpty()) {
            return;
        }
        try {
            dropBlocks(ranges, tally);
        } catch (KernelException unknown) {
            return;
        }
    }

    private void dropBlocks(RangeSet ranges, FileTally tally) throws KernelException {
        long block = wanted.cardinality() > 1 ? SPREAD_BLOCK_BYTES : BLOCK_BYTES;
        for (ByteRange range : ranges.ranges()) {
            for (long at = range.start(); at < range.end(); ) {
                long end = Math.min(range.end(), (at / block + 1) * block);
                dropBlock(at, end - at, tally);
                at = end;
            }
        }
    }

    private void dropBlock(long at, long length, FileTally tally) throws KernelException {
        Residency before = pages.residency(file, at, length);
        if (before.residentBytes() <= 0 || !isMisplaced(at, length)) {
            return;
        }
        if (before.dirtyBytes() + before.writebackBytes() > 0) {
            tally.misplaced(0, before.residentBytes());
            return;
        }
        pages.evict(file, at, length);
        long left = Math.max(0, pages.residency(file, at, length).residentBytes());
        tally.misplaced(before.residentBytes() - left, left);
    }

    /** Random within equal parts: at even distances it would see one node of pages that take turns. */
    private boolean isMisplaced(long at, long length) throws KernelException {
        long[] offsets = new long[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            long from = at + length * i / SAMPLES;
            long to = Math.max(from + 1, at + length * (i + 1) / SAMPLES);
            offsets[i] = random.nextLong(from, to);
        }
        int[] seen = new int[wanted.length()];
        int resident = 0;
        int elsewhere = 0;
        for (int node : pages.nodes(file, offsets)) {
            if (node >= 0) {
                resident++;
                if (wanted.get(node)) {
                    seen[node]++;
                } else {
                    elsewhere++;
                }
            }
        }
        if (wanted.cardinality() == 1 || resident == 0) {
            return elsewhere > 0;
        }
        int leastFairShare = resident / (2 * wanted.cardinality());
        return elsewhere > 0 || wanted.stream().anyMatch(node -> seen[node] < leastFairShare);
    }
}
