package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.NodeMemory;

/**
 * Reclaim drops pages of whatever file comes first, clean and unmapped ones alone; compaction does nothing. The script
 * knows them as {@code reclaim} (offset: the node, length: bytes) and {@code compact} (offset: the node).
 */
final class FakeNodeMemory implements NodeMemory {
    private final FakeKernel kernel;
    private final FakeHost host;

    FakeNodeMemory(FakeKernel kernel, FakeHost host) {
        this.kernel = kernel;
        this.host = host;
    }

    @Override
    public long reclaim(int node, long lengthBytes) throws KernelException {
        host.script.enter("reclaim", null, node, lengthBytes);
        if (lengthBytes < FakeInode.PAGE_BYTES) {
            throw new KernelException("write reclaim", Errno.EINVAL);
        }
        require(Feature.NODE_RECLAIM, node, "open reclaim");
        synchronized (host.lock) {
            int wanted = (int) Math.min(lengthBytes / FakeInode.PAGE_BYTES, Integer.MAX_VALUE);
            int dropped = 0;
            for (FakeInode inode : host.fileSystem.inodes()) {
                if (inode.isRegular()) {
                    dropped += inode.pages.reclaim(node, wanted - dropped);
                }
            }
            return Math.min(lengthBytes, (long) dropped * FakeInode.PAGE_BYTES);
        }
    }

    @Override
    public void compact(int node) throws KernelException {
        host.script.enter("compact", null, node, 0);
        require(Feature.COMPACTION, node, "open compact");
    }

    private void require(Feature feature, int node, String call) throws KernelException {
        if (!kernel.features().has(feature) || node < 0 || node >= host.placement.nodeCount) {
            throw new KernelException(call, Errno.ENOENT);
        }
    }
}
