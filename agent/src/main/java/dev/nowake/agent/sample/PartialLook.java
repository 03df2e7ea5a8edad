package dev.nowake.agent.sample;

import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.Residency;

/**
 * How much of a model is in page cache, for about a millisecond of CPU a look however large the model is. Where looking at
 * every page takes longer, the model is divided into cells and a part of each stands for all of it; pages come and go in
 * long runs, so what is told is off by a cell's part at each end of a run. For one thread.
 */
public final class PartialLook {
    /** cachestat(2) takes 10 ns a page (4 KiB each, measured): 400 MiB. Large folios cost a hundredth of that. */
    private static final long BUDGET_NANOS = 1_000_000L;

    /** Cells of all files together: one in 256 is less than a pixel of a drawing. */
    private static final int CELLS = 256;

    /** Looked at whole from the start: mincore(2), four times as slow, is inside the budget too. */
    private static final long AT_FIRST_BYTES = 100L << 20;

    /** Shorter windows cost the call and not the pages. */
    private static final long LEAST_BYTES = 64 << 10;

    private final PageCache pages;
    private final long totalBytes;
    private double part;

    /** {@code totalBytes}: of all files that will be asked about. */
    public PartialLook(PageCache pages, long totalBytes) {
        this.pages = pages;
        this.totalBytes = Math.max(1, totalBytes);
        this.part = Math.min(1, (double) AT_FIRST_BYTES / this.totalBytes);
    }

    /** The share of pages that stands for all; 1 where every page is looked at. */
    public double part() {
        return part;
    }

    /** Resident bytes of a file, never more than it has; -1 where they are unknown. */
    public long residentBytes(OpenFile file, long sizeBytes) {
        try {
            return part >= 1 ? Math.min(sizeBytes, ask(file, 0, sizeBytes)) : estimate(file, sizeBytes);
        } catch (KernelException unknown) {
            return -1;
        }
    }

    private long ask(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        Residency residency = pages.residency(file, offsetBytes, lengthBytes);
        return residency.isKnown() ? residency.residentBytes() : -1;
    }

    private long estimate(OpenFile file, long sizeBytes) throws KernelException {
        long cells = Math.max(1, Math.round((double) CELLS * sizeBytes / totalBytes));
        long cellBytes = Math.max(LEAST_BYTES, Math.ceilDiv(sizeBytes, cells));
        double sum = 0;
        for (long start = 0; start < sizeBytes; start += cellBytes) {
            long length = Math.min(cellBytes, sizeBytes - start);
            long window = Math.min(length, Math.max(LEAST_BYTES, (long) (cellBytes * part)));
            // whole pages from the middle, which is as likely before a reader as behind it
            long offset = (start + (length - window) / 2) / LEAST_BYTES * LEAST_BYTES;
            long seen = ask(file, offset, Math.min(window, sizeBytes - offset));
            if (seen < 0) {
                return -1;
            }
            sum += (double) seen / Math.min(window, sizeBytes - offset) * length;
        }
        return Math.min(sizeBytes, Math.round(sum));
    }

    /** The files were looked at, for so much CPU time: the next look fits the budget better. */
    public void cost(long cpuNanos) {
        double fits = part * BUDGET_NANOS / Math.max(1, cpuNanos);
        part = Math.clamp(fits, part / 4, Math.min(1, part * 4));
    }
}
