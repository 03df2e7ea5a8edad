package dev.nowake.kernel.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.nowake.kernel.Extent;
import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.libc.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** pidfd_open(2), process_madvise(2) and the page tables' ioctl. */
final class LinuxForeignMemory implements ForeignMemory {
    private static final int MADV_PAGEOUT = 21;
    private static final short POLLIN = 1;

    private final LibC libc;
    private final PageScan scan;

    LinuxForeignMemory(LibC libc) {
        this.libc = libc;
        this.scan = new PageScan(libc);
    }

    @Override
    public OpenFile openProcess(int pid) throws KernelException {
        return new OpenFile((int) Outcome.orThrow("pidfd_open", libc.pidfdOpen(pid)), libc::close);
    }

    @Override
    public boolean hasExited(OpenFile process) throws KernelException {
        MemorySegment scratch = Scratch.small();
        scratch.set(JAVA_INT, 0, process.fd());
        scratch.set(JAVA_SHORT, 4, POLLIN);
        scratch.set(JAVA_SHORT, 6, (short) 0);
        scratch.set(JAVA_LONG, 8, 0);
        scratch.set(JAVA_LONG, 16, 0);
        long ready;
        do {
            ready = libc.ppoll(scratch.address(), 1, scratch.address() + 8);
        } while (ready == LibC.INTERRUPTED);
        return Outcome.orThrow("poll", ready) > 0;
    }

    /** The kernel takes at most 2 GiB at a time; what it left over is asked for again. */
    @Override
    public long pageOut(OpenFile process, long address, long lengthBytes) throws KernelException {
        MemorySegment vector = Scratch.small();
        long done = 0;
        while (done < lengthBytes) {
            vector.set(JAVA_LONG, 0, address + done);
            vector.set(JAVA_LONG, 8, lengthBytes - done);
            long advised = libc.processMadvise(process.fd(), vector.address(), 1, MADV_PAGEOUT);
            if (advised < 0 && done == 0) {
                throw Outcome.failure("process_madvise", advised);
            }
            if (advised <= 0) {
                break;
            }
            done += advised;
        }
        return done;
    }

    @Override
    public OpenFile openPageTable(int pid) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] path = ("/proc/" + pid + "/pagemap").getBytes(StandardCharsets.US_ASCII);
            long fd = libc.open(Scratch.cString(arena, path).address(), OpenFlags.RDONLY | OpenFlags.CLOEXEC);
            return new OpenFile((int) Outcome.orThrow("open", fd), libc::close);
        }
    }

    @Override
    public List<Extent> present(OpenFile pageTable, long address, long lengthBytes) throws KernelException {
        return scan.present(pageTable.fd(), address, lengthBytes);
    }
}
