package dev.nowake.agent.mirror.fill;

import dev.nowake.kernel.BulkFiles;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.ForwardingKernel;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The real kernel, between whose calls a test may do what it likes: fail them, keep them, cut them short, count them. */
final class FaultyFiles extends ForwardingKernel implements FileAccess, BulkFiles, FileSpace {
    /** Runs before a call, on its thread; offset and length are 0 where there are none. */
    interface Deed {
        void before(Path file, long offsetBytes, int lengthBytes) throws KernelException;
    }

    record Read(Path file, long offsetBytes, int lengthBytes) {}

    static final Deed NOTHING = (file, offset, length) -> {};

    volatile Deed open = NOTHING;
    volatile Deed read = NOTHING;
    volatile Deed status = NOTHING;
    volatile Deed write = NOTHING;
    volatile Deed close = NOTHING;
    volatile int mostReadBytes = Integer.MAX_VALUE;

    /** What reads returned, and writes took. */
    final List<Read> reads = new CopyOnWriteArrayList<>();

    final List<Read> writes = new CopyOnWriteArrayList<>();
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger mostOpen = new AtomicInteger();

    private final Map<OpenFile, Path> paths = new ConcurrentHashMap<>();

    FaultyFiles(Kernel real) {
        super(real);
    }

    int openNow() {
        return paths.size();
    }

    private interface Opener {
        OpenFile open(Path path) throws KernelException;
    }

    private OpenFile open(Path path, Opener opener) throws KernelException {
        open.before(path, 0, 0);
        OpenFile file = opener.open(path);
        OpenFile[] own = new OpenFile[1];
        own[0] = new OpenFile(file.fd(), fd -> {
            try {
                close.before(path, 0, 0);
            } catch (KernelException never) {
                throw new AssertionError(never);
            }
            paths.remove(own[0]);
            file.close();
        });
        paths.put(own[0], path);
        opened.incrementAndGet();
        mostOpen.accumulateAndGet(paths.size(), Math::max);
        return own[0];
    }

    @Override
    public OpenFile open(Path path) throws KernelException {
        return open(path, real.files()::open);
    }

    @Override
    public OpenFile openDirect(Path path) throws KernelException {
        return open(path, real.bulkFiles()::openDirect);
    }

    @Override
    public OpenFile openForWriting(Path path) throws KernelException {
        return open(path, real.fileSpace()::openForWriting);
    }

    @Override
    public int read(OpenFile file, long offsetBytes, ByteBuffer target, ReadMode mode) throws KernelException {
        Path path = paths.get(file);
        read.before(path, offsetBytes, target.remaining());
        int limit = target.limit();
        target.limit(target.position() + Math.min(target.remaining(), mostReadBytes));
        int got = real.files().read(file, offsetBytes, target, mode);
        target.limit(limit);
        reads.add(new Read(path, offsetBytes, got));
        return got;
    }

    @Override
    public int write(OpenFile file, long offsetBytes, ByteBuffer source) throws KernelException {
        Path path = paths.get(file);
        write.before(path, offsetBytes, source.remaining());
        int written = real.bulkFiles().write(file, offsetBytes, source);
        writes.add(new Read(path, offsetBytes, written));
        return written;
    }

    @Override
    public FileStatus status(OpenFile file) throws KernelException {
        status.before(paths.get(file), 0, 0);
        return real.files().status(file);
    }

    @Override
    public FileStatus status(Path path) throws KernelException {
        return real.files().status(path);
    }

    @Override
    public OpenFile reopen(OpenFile file) throws KernelException {
        OpenFile again = real.files().reopen(file);
        Path path = paths.get(file);
        if (path == null) {
            return again;
        }
        OpenFile[] own = new OpenFile[1];
        own[0] = new OpenFile(again.fd(), fd -> {
            paths.remove(own[0]);
            again.close();
        });
        paths.put(own[0], path);
        return own[0];
    }

    @Override
    public Path path(OpenFile file) throws KernelException {
        return real.files().path(file);
    }

    @Override
    public List<Extent> dataExtents(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        return real.files().dataExtents(file, offsetBytes, lengthBytes);
    }

    @Override
    public FileAccess files() {
        return this;
    }

    @Override
    public BulkFiles bulkFiles() {
        return this;
    }

    @Override
    public FileSpace fileSpace() {
        return this;
    }

    @Override
    public void sync(OpenFile file) throws KernelException {
        real.fileSpace().sync(file);
    }

    @Override
    public boolean tryLock(OpenFile file) throws KernelException {
        return real.fileSpace().tryLock(file);
    }

    @Override
    public boolean reserve(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        return real.fileSpace().reserve(file, offsetBytes, lengthBytes);
    }

    @Override
    public void allocate(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        real.fileSpace().allocate(file, offsetBytes, lengthBytes);
    }

    @Override
    public void punch(OpenFile file, long offsetBytes, long lengthBytes) throws KernelException {
        real.fileSpace().punch(file, offsetBytes, lengthBytes);
    }
}
