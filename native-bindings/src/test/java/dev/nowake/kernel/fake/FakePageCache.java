package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.Residency;
import java.util.ArrayList;
import java.util.List;

/** cachestat(2), readahead(2), madvise(2), sendfile(2), posix_fadvise(2) of the fake. */
final class FakePageCache implements PageCache {
    /** Calls that move data do so in steps of this size, between which a test may change the world. */
    private static final long STEP_BYTES = 8L << 20;

    private final FakeKernel kernel;
    private final FakeHost host;

    FakePageCache(FakeKernel kernel, FakeHost host) {
        this.kernel = kernel;
        this.host = host;
    }

    @Override
    public Residency residency(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        boolean cachestat = kernel.features().has(Features.Feature.CACHESTAT);
        FakeInode inode = enter(cachestat ? "cachestat" : "mincore", file, offsetBytes, lengthBytes);
        synchronized (host.lock) {
            if (inode.residencyHidden) {
                return Residency.UNKNOWN;
            }
            FakeRange range = regular("cachestat", inode, offsetBytes, lengthBytes);
            int first = range.firstPage();
            int end = range.endPage();
            if (!cachestat) {
                long upToDate = 0;
                for (Extent run : runs(inode, range)) {
                    upToDate += run.lengthBytes();
                }
                return new Residency(upToDate, 0, 0, Residency.Source.MINCORE);
            }
            return new Residency(
                    bytes(range, inode.pages.residentPages(first, end)),
                    bytes(range, inode.pages.dirtyPages(first, end)),
                    bytes(range, inode.pages.writebackPages(first, end)),
                    Residency.Source.CACHESTAT);
        }
    }

    @Override
    public List<Extent> residentExtents(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        FakeInode inode = enter("mincore", file, offsetBytes, lengthBytes);
        synchronized (host.lock) {
            if (inode.residencyHidden) {
                throw new KernelException("mincore", Errno.EPERM);
            }
            return runs(inode, regular("mincore", inode, offsetBytes, lengthBytes));
        }
    }

    @Override
    public void readahead(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        FakeDescription description = host.description("readahead", file);
        FakeInode inode = enter("readahead", file, offsetBytes, lengthBytes);
        synchronized (host.lock) {
            FakeRange range = regular("readahead", inode, offsetBytes, lengthBytes);
            long cap = inode.mount.readAheadBytes() * (description.sequential ? 2 : 1);
            int first = range.firstPage();
            int end = (int) Math.min(range.endPage(), first + cap / FakeInode.PAGE_BYTES);
            if (range.isEmpty()) {
                return;
            }
            if (host.holdReadahead) {
                inode.pages.startReading(first, end, host.placement.nodes());
            } else {
                inode.pages.populate(first, end, 0, host.placement.nodes());
            }
        }
    }

    @Override
    public void populate(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        FakeDescription description = host.description("madvise", file);
        if (!kernel.features().has(Features.Feature.POPULATE_READ)) {
            throw new KernelException("madvise MADV_POPULATE_READ", Errno.EINVAL);
        }
        move("madvise", description, offsetBytes, lengthBytes);
    }

    @Override
    public long sendfile(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        return move("sendfile", host.description("sendfile", file), offsetBytes, lengthBytes);
    }

    @Override
    public long readThrough(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        return move("pread", host.description("pread", file), offsetBytes, lengthBytes);
    }

    @Override
    public void adviseSequential(OpenFile file) throws KernelException {
        FakeDescription description = host.description("posix_fadvise", file);
        host.script.enter("posix_fadvise", description.shown());
        synchronized (host.lock) {
            description.sequential = true;
        }
    }

    @Override
    public void evict(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        FakeInode inode = enter("posix_fadvise", file, offsetBytes, lengthBytes);
        synchronized (host.lock) {
            FakeRange range = FakeRange.clamped(inode, offsetBytes, lengthBytes);
            if (range.isEmpty() || inode.folder) {
                return;
            }
            // Pages half in the range stay, save the file's last one.
            int end = range.end() == inode.sizeBytes ? range.endPage() : FakeInode.page(range.end());
            inode.pages.evict(FakeInode.pageEnd(range.start()), end);
        }
    }

    @Override
    public int[] nodes(OpenFile file, long[] offsetsBytes) throws KernelException {
        FakeInode inode = enter("move_pages", file, 0, 0);
        synchronized (host.lock) {
            if (inode.residencyHidden) {
                throw new KernelException("mincore", Errno.EPERM);
            }
            int[] nodes = new int[offsetsBytes.length];
            for (int i = 0; i < nodes.length; i++) {
                boolean inside = offsetsBytes[i] >= 0 && offsetsBytes[i] < inode.sizeBytes;
                int node = inside ? inode.pages.node(FakeInode.page(offsetsBytes[i])) : -1;
                nodes[i] = node < 0 ? -Errno.ENOENT.number() : node;
            }
            return nodes;
        }
    }

    /** Populates step by step; the file may change in between. Returns bytes passed. */
    private long move(String call, FakeDescription description, long offsetBytes, long lengthBytes)
            throws KernelException {
        FakeInode inode = description.inode;
        FakeRange whole;
        synchronized (host.lock) {
            whole = regular(call, inode, offsetBytes, lengthBytes);
        }
        host.script.enter(call, description.shown(), offsetBytes, lengthBytes);
        long at = whole.start();
        while (at < whole.end()) {
            long stop = Math.min(whole.end(), (at / STEP_BYTES + 1) * STEP_BYTES);
            if (at > whole.start()) {
                try {
                    host.script.step(new Script.Call(call, description.shown(), at, stop - at));
                } catch (KernelException e) {
                    if (call.equals("madvise")) {
                        throw e;
                    }
                    break;
                }
            }
            synchronized (host.lock) {
                FakeRange step = FakeRange.clamped(inode, at, stop - at);
                if (step.isEmpty()) {
                    break;
                }
                inode.pages.populate(
                        step.firstPage(), step.endPage(), inode.mount.folioOrder(), host.placement.nodes());
                at = step.end();
            }
        }
        return at - whole.start();
    }

    private FakeInode enter(String call, OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        FakeDescription description = host.description(call, file);
        host.script.enter(call, description.shown(), offsetBytes, lengthBytes);
        return description.inode;
    }

    private static FakeRange regular(String call, FakeInode inode, long offsetBytes, long lengthBytes)
            throws KernelException {
        FakeRange range = FakeRange.clamped(inode, offsetBytes, lengthBytes);
        if (inode.folder && !call.equals("cachestat")) {
            throw new KernelException(call, Errno.EINVAL);
        }
        return range;
    }

    private static List<Extent> runs(FakeInode inode, FakeRange range) {
        List<Extent> runs = new ArrayList<>();
        int end = range.endPage();
        int first = range.isEmpty() ? end : inode.pages.next(true, range.firstPage(), end);
        while (first < end) {
            int stop = inode.pages.next(false, first, end);
            long from = Math.max(range.start(), (long) first * FakeInode.PAGE_BYTES);
            long to = Math.min(range.end(), (long) stop * FakeInode.PAGE_BYTES);
            runs.add(new Extent(from, to - from));
            first = inode.pages.next(true, stop, end);
        }
        return List.copyOf(runs);
    }

    private static long bytes(FakeRange range, int pages) {
        return Math.min((long) pages * FakeInode.PAGE_BYTES, range.length());
    }
}
