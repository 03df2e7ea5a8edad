package dev.nowake.kernel;

/**
 * Two controls of a NUMA node's memory, for root. Both work on all of the node, whoever's memory it is, so only a rule may
 * ask for them. Both block the caller while the kernel works (proactive reclaim 4 to 14 ms a GiB of clean page cache,
 * compaction up to seconds): for a thread that has the time.
 */
public interface NodeMemory {
    /**
     * Has the kernel take the coldest page cache of a node, mapped pages among it, through
     * {@code /sys/devices/system/node/nodeN/reclaim} (Linux 6.17+). Neither kswapd nor any allocation takes part, and
     * anonymous memory is spared ({@code swappiness=0}).
     *
     * <p>Older kernels have only a cgroup2's {@code memory.reclaim}, which is not used in its place: it knows no node, it
     * takes what is coldest in one group and not on the host, there is none for the root group, and before 6.9 it cannot
     * be told to spare anonymous memory.
     *
     * @param lengthBytes more than 0; the kernel rounds it down to pages and may free a little more
     * @return bytes freed: {@code lengthBytes}, or less where there was no more to be had
     * @throws KernelException ENOENT where there is no such node or no such control, EROFS or EACCES where we may not
     *     write, EBUSY while somebody else reclaims there, EINVAL for a length below a page
     */
    long reclaim(int node, long lengthBytes) throws KernelException;

    /**
     * Moves a node's movable pages together, so that free memory lies in large blocks
     * ({@code /sys/devices/system/node/nodeN/compact}). Frees nothing. A kernel without NUMA has only
     * {@code /proc/sys/vm/compact_memory}, which is then used for node 0, all there is.
     *
     * @throws KernelException ENOENT where there is no such node or no such control, EROFS or EACCES where we may not
     *     write
     */
    void compact(int node) throws KernelException;
}
