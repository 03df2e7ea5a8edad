package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.util.ArrayList;
import java.util.List;

/** pidfd_open(2), process_madvise(2) and page tables of the fake: for its own processes alone. */
final class FakeForeignMemory implements ForeignMemory {
    private final FakeKernel kernel;
    private final FakeHost host;

    FakeForeignMemory(FakeKernel kernel, FakeHost host) {
        this.kernel = kernel;
        this.host = host;
    }

    @Override
    public OpenFile openProcess(int pid) throws KernelException {
        host.script.enter("pidfd_open", null);
        synchronized (host.lock) {
            if (!kernel.features().has(Features.Feature.PIDFD)) {
                throw new KernelException("pidfd_open", Errno.ENOSYS);
            }
            if (pid <= 0) {
                throw new KernelException("pidfd_open", Errno.EINVAL);
            }
            FakeReader process = host.processes.get(pid);
            if (process == null) {
                throw new KernelException("pidfd_open", Errno.ESRCH);
            }
            host.requireFreeDescriptor("pidfd_open");
            return host.own(process);
        }
    }

    @Override
    public boolean hasExited(OpenFile process) throws KernelException {
        host.script.enter("poll", null);
        return process("poll", process).hasExited();
    }

    @Override
    public long pageOut(OpenFile process, long address, long lengthBytes) throws KernelException {
        host.script.enter("process_madvise", null, address, lengthBytes);
        FakeReader reader = process("process_madvise", process);
        synchronized (host.lock) {
            if (!kernel.features().has(Features.Feature.PROCESS_MADVISE)) {
                throw new KernelException("process_madvise", Errno.ENOSYS);
            }
            if (reader.hasExited()) {
                throw new KernelException("process_madvise", Errno.ESRCH);
            }
            for (FakeMapping mapping : reader.mappings()) {
                long from = address - mapping.address();
                if (from >= 0 && from < mapping.lengthBytes()) {
                    long bytes = Math.min(lengthBytes, mapping.lengthBytes() - from);
                    FakeInode inode = mapping.description.inode;
                    FakeRange range = FakeRange.clamped(inode, mapping.offsetBytes() + from, bytes);
                    inode.pages.pageOut(range.firstPage(), range.endPage(), mapping.touched);
                    return bytes;
                }
            }
            throw new KernelException("process_madvise", Errno.ENOMEM);
        }
    }

    @Override
    public OpenFile openPageTable(int pid) throws KernelException {
        host.script.enter("open", null);
        synchronized (host.lock) {
            FakeReader process = host.processes.get(pid);
            if (process == null) {
                throw new KernelException("open", Errno.ENOENT);
            }
            host.requireFreeDescriptor("open");
            return host.own(process);
        }
    }

    @Override
    public List<Extent> present(OpenFile pageTable, long address, long lengthBytes) throws KernelException {
        host.script.enter("PAGEMAP_SCAN", null, address, lengthBytes);
        FakeReader reader = process("PAGEMAP_SCAN", pageTable);
        synchronized (host.lock) {
            if (!kernel.features().has(Features.Feature.PAGEMAP_SCAN)) {
                throw new KernelException("PAGEMAP_SCAN", Errno.ENOTTY);
            }
            List<Extent> runs = new ArrayList<>();
            for (FakeMapping mapping : reader.mappings()) {
                long firstPage = mapping.offsetBytes() / FakeInode.PAGE_BYTES;
                for (int page = mapping.touched.nextSetBit(0); page >= 0; ) {
                    int end = mapping.touched.nextClearBit(page);
                    long start = mapping.address() + (page - firstPage) * FakeInode.PAGE_BYTES;
                    long from = Math.max(start, address);
                    long to = Math.min(start + (end - page) * (long) FakeInode.PAGE_BYTES, address + lengthBytes);
                    if (from < to) {
                        runs.add(new Extent(from - address, to - from));
                    }
                    page = mapping.touched.nextSetBit(end);
                }
            }
            return runs;
        }
    }

    private FakeReader process(String call, OpenFile file) throws KernelException {
        int fd = file.fd();
        synchronized (host.lock) {
            FakeReader process = host.processDescriptors.get(fd);
            if (process == null) {
                throw new KernelException(call, Errno.EBADF);
            }
            return process;
        }
    }
}
