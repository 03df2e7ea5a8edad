package dev.nowake.kernel;

import java.util.List;

/**
 * The page cache of open files. Every method may be called from any thread; those that move data block their thread.
 * Offsets are bytes; a range past the end of the file is clamped to it. A file that shrinks under a call yields a short
 * result or an exception, never a signal.
 */
public interface PageCache {
    /** cachestat(2) where there is one, else mincore(2); resident bytes never exceed the range's bytes in the file. */
    Residency residency(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /**
     * The resident runs of a range, in order, merged, by mincore(2); residency of the whole range where it is unknown is
     * an exception with EPERM.
     */
    List<Extent> residentExtents(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /**
     * readahead(2): asks for order-0 pages, asynchronously. Silently cut to the mount's read-ahead size; 0 is no promise
     * that anything landed.
     */
    void readahead(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /**
     * Maps the range, MADV_POPULATE_READ (5.14+), unmaps: synchronous, large folios where the filesystem has them. The
     * mapping is gone when the call returns.
     */
    void populate(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /** sendfile(2) to /dev/null: synchronous, large folios, works on every kernel. Returns bytes moved. */
    long sendfile(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /** pread(2) into a scratch buffer of the calling thread: synchronous. Returns bytes read. */
    long readThrough(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /** POSIX_FADV_SEQUENTIAL on the descriptor: doubles the mount's read-ahead size for it. */
    void adviseSequential(OpenFile file) throws KernelException;

    /**
     * POSIX_FADV_DONTNEED: drops clean, unmapped folios that lie wholly inside the range; starts writeback of dirty ones.
     * Says nothing of what stayed: look.
     */
    void evict(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;

    /**
     * The NUMA node of the resident page at each offset (move_pages(2) query over a sampled mapping).
     *
     * @return a node number, or a negative errno per offset: -ENOENT where the page is not resident
     */
    int[] nodes(OpenFile file, long[] offsetsBytes) throws KernelException;
}
