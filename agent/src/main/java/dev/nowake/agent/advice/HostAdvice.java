package dev.nowake.agent.advice;

import java.util.List;

/** What is to be known of the host, whatever is mounted. */
final class HostAdvice {
    private HostAdvice() {}

    static void find(HostFacts host, List<Finding> found) {
        if (host.lruGenerations() != 0) {
            found.add(
                    new Finding(
                            FindingId.MGLRU,
                            null,
                            "lru_gen/enabled is 0x" + Long.toHexString(host.lruGenerations()),
                            "the kernel reclaims by generations, and nowake's figures are from kernels that do not: pages scanned by "
                                    + "kswapd and stalls, what 'room: reclaim' takes and how fast, and page-out of mappings are not "
                                    + "verified here (docs/mounts.md); what is prefetched and dropped is counted here as anywhere",
                            "nothing has to be done; for the order that was measured: echo 0 > /sys/kernel/mm/lru_gen/enabled"));
        }
    }
}
