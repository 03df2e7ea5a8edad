package dev.nowake.kernel.proc;

import java.util.BitSet;

/** Lists such as {@code 0-3,8,10-11} in which the kernel names CPUs and nodes. */
final class CpuList {
    /** No kernel has more CPUs than this (NR_CPUS is at most 8192); keeps a hostile list from taking the heap. */
    private static final int MAX = 1 << 16;

    private CpuList() {}

    /** What makes no sense is skipped. */
    static BitSet parse(String text) {
        BitSet set = new BitSet();
        for (String part : text.strip().split(",")) {
            int dash = part.indexOf('-');
            int first = ProcFile.smallNumber(dash < 0 ? part : part.substring(0, dash));
            int last = dash < 0 ? first : ProcFile.smallNumber(part.substring(dash + 1));
            if (first >= 0 && last >= first && last < MAX) {
                set.set(first, last + 1);
            }
        }
        return set;
    }
}
