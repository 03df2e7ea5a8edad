package dev.nowake.kernel;

/** Another process's memory, through a pidfd so that a reused pid is never hit. */
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
}
