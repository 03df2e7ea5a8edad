package dev.nowake.agent.execute;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.Residency;
import dev.nowake.model.ByteRange;

/** Asks for one chunk and looks whether it landed. Stateless; called by many threads. */
final class ChunkFetcher {
    private final Kernel kernel;
    private final PageCache pages;
    private final MountTraits traits;

    ChunkFetcher(Kernel kernel, MountTraits traits) {
        this.kernel = kernel;
        this.pages = kernel.pageCache();
        this.traits = traits;
    }

    /**
     * Makes the calls that bring the chunk in. When it returns, synchronous mechanisms have done so, {@link
     * Mechanism#READAHEAD} has only asked.
     */
    void issue(Chunk chunk, boolean singlePages) throws KernelException {
        OpenFile file = chunk.file();
        ByteRange bytes = chunk.range();
        if (isWhole(chunk, pages.residency(file, bytes.start(), bytes.lengthBytes()))) {
            return;
        }
        switch (mechanism(chunk, singlePages)) {
            case POPULATE -> populate(chunk);
            case SENDFILE -> all(pages::sendfile, file, bytes);
            case READAHEAD -> readahead(chunk);
            case READ_THROUGH -> all(pages::readThrough, file, bytes);
        }
    }

    /** Waits until an asynchronous chunk has landed, looks, and counts. Returns the new bytes. */
    long complete(Chunk chunk, boolean singlePages) throws KernelException {
        OpenFile file = chunk.file();
        ByteRange bytes = chunk.range();
        boolean asynchronous = mechanism(chunk, singlePages).isAsynchronous();
        if (asynchronous) {
            awaitPieces(chunk);
        }
        long missing = missingBytes(file, bytes);
        if (missing > 0 && kernel.files().status(file).sizeBytes() < bytes.end()) {
            chunk.work().tally().truncated();
        } else if (missing > 0 && asynchronous) {
            // The mount's window is smaller than it says.
            all(pages::readThrough, file, bytes);
            missing = missingBytes(file, bytes);
        }
        return Math.clamp(chunk.requestedBytes() - missing, 0, chunk.requestedBytes());
    }

    private long missingBytes(OpenFile file, ByteRange bytes) throws KernelException {
        Residency seen = pages.residency(file, bytes.start(), bytes.lengthBytes());
        return seen.isKnown() ? bytes.lengthBytes() - seen.residentBytes() : 0;
    }

    private static boolean isWhole(Chunk chunk, Residency residency) {
        return residency.isKnown() && residency.residentBytes() >= chunk.lengthBytes();
    }

    /**
     * Where a filesystem cannot be mapped the chunk is read instead. EFAULT is what a SIGBUS would have been: past the end
     * of a shrunken file, or an I/O error, which reading then names.
     */
    private void populate(Chunk chunk) throws KernelException {
        OpenFile file = chunk.file();
        ByteRange bytes = chunk.range();
        try {
            pages.populate(file, bytes.start(), bytes.lengthBytes());
        } catch (KernelException e) {
            Errno errno = e.errno();
            boolean unmappable = errno.equals(Errno.ENODEV)
                    || errno.equals(Errno.EINVAL)
                    || errno.equals(Errno.EACCES)
                    || errno.equals(Errno.EOPNOTSUPP)
                    || errno.equals(Errno.ENOSYS);
            if (!unmappable && !errno.equals(Errno.EFAULT)) {
                throw e;
            }
            all(pages::readThrough, file, bytes);
        }
    }

    /** sendfile or readThrough; both say how many bytes they moved. */
    private interface Mover {
        long move(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException;
    }

    /** An error in the middle ends a call short and is only told to the next. */
    private static void all(Mover mover, OpenFile file, ByteRange bytes) throws KernelException {
        long at = bytes.start();
        long moved = 1;
        while (at < bytes.end() && moved > 0) {
            moved = mover.move(file, at, bytes.end() - at);
            at += moved;
        }
    }

    /**
     * readahead(2) brings single pages on every filesystem. Pages that are to take turns on several nodes are asked for one by
     * one too: the kernel goes on to the next node with every folio, and each thread begins at the first node, so that 16
     * threads with a large folio each would fill that node alone.
     */
    private Mechanism mechanism(Chunk chunk, boolean singlePages) {
        boolean largeFolios = traits.mechanism() == Mechanism.POPULATE || traits.mechanism() == Mechanism.SENDFILE;
        boolean single = singlePages || chunk.work().placement().isSpread();
        return largeFolios && single ? Mechanism.READAHEAD : traits.mechanism();
    }

    private void readahead(Chunk chunk) throws KernelException {
        ByteRange bytes = chunk.range();
        long piece = pieceBytes();
        for (long at = bytes.start(); at < bytes.end(); at += piece) {
            pages.readahead(chunk.file(), at, Math.min(piece, bytes.end() - at));
        }
    }

    /**
     * One byte read at the end of each piece waits for its page and tells of an I/O error. cachestat cannot be asked
     * instead: it counts pages whose data is still on the way.
     */
    private void awaitPieces(Chunk chunk) throws KernelException {
        ByteRange bytes = chunk.range();
        long piece = pieceBytes();
        for (long at = bytes.start(); at < bytes.end(); at += piece) {
            long end = Math.min(at + piece, bytes.end());
            pages.readThrough(chunk.file(), end - 1, 1);
        }
    }

    /** FADV_SEQUENTIAL has doubled the window where readahead is the mount's mechanism. */
    private long pieceBytes() {
        int windows = traits.mechanism().isAsynchronous() ? 2 : 1;
        return Math.max(4096, windows * traits.readAheadBytes());
    }
}
