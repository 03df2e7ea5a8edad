package dev.nowake.kernel;

import java.util.List;

/** Another process's memory, through a pidfd so that a reused pid is never hit, and what of it is in page tables. */
public interface ForeignMemory {
    /** pidfd_open(2) (5.3+). ESRCH when the process is gone. */
    OpenFile openProcess(int pid) throws KernelException;

    /** Whether the process behind the pidfd has exited (poll(2) on it). */
    boolean hasExited(OpenFile process) throws KernelException;

    /**
     * process_madvise(2) MADV_PAGEOUT on an address range of the process. Returns bytes advised: pages that a second
     * process maps as well stay, and the return value does not say so.
     */
    long pageOut(OpenFile process, long address, long lengthBytes) throws KernelException;

    /**
     * Opens {@code /proc/PID/pagemap}. What it shows is the memory the process had at that time: nothing after it has
     * exited or called execve(2). ENOENT when the process is gone, EACCES or EPERM where it may not be looked at.
     */
    OpenFile openPageTable(int pid) throws KernelException;

    /**
     * The file pages the process has in its page tables in {@code [address, address + lengthBytes)}, as runs of bytes from
     * {@code address}, in order: the PAGEMAP_SCAN ioctl (6.7+; kernel docs: admin-guide/mm/pagemap). What no page table
     * stands for is passed over at once, so looking costs by what is mapped. ENOTTY where the kernel has no such ioctl.
     *
     * @param address of a page
     */
    List<Extent> present(OpenFile pageTable, long address, long lengthBytes) throws KernelException;
}
