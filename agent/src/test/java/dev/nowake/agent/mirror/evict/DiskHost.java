package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A disk with mirrored files, without a kernel: blocks, openers, and a store that takes files' bytes, a step each, which may
 * fail.
 */
final class DiskHost implements FileAccess, Emptying, InUse, DiskFree {
    /** What was done: {@code open PATH} where somebody looks whether it is, {@code empty PATH}. */
    final List<String> steps = new ArrayList<>();

    final Map<Path, FakeTwin> files = new LinkedHashMap<>();
    long totalBytes = 1L << 40;

    /** What others have on the disk. */
    long othersBytes;

    /** The filesystem does not show what was freed. */
    boolean hidesFreed;

    private long hiddenBytes;

    /** Emptying these fails. */
    final List<Path> broken = new ArrayList<>();

    /** Somebody opens these in the very moment in which they are emptied. */
    final List<Path> opened = new ArrayList<>();

    /** What somebody else does before each step. */
    Runnable others = () -> {};

    FakeTwin file(String path, long bytes) {
        FakeTwin twin = new FakeTwin(Path.of(path), files.size() + 1, bytes);
        files.put(twin.local(), twin);
        return twin;
    }

    MirroredModel model(String name, long... bytes) {
        List<Twin> twins = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            twins.add(file("/tree/" + name + "/" + i, bytes[i]));
        }
        return new MirroredModel(name, twins);
    }

    private void step(String what) {
        steps.add(what);
        others.run();
    }

    @Override
    public DiskFree.Look look() {
        long used = files.values().stream().mapToLong(file -> file.blocks).sum();
        return new DiskFree.Look(totalBytes, Math.max(0, totalBytes - used - othersBytes - hiddenBytes));
    }

    @Override
    public boolean isOpen(Twin twin) {
        step("open " + twin.local());
        return ((FakeTwin) twin).openers > 0;
    }

    @Override
    public Result empty(Twin twin) throws IOException {
        step("empty " + twin.local());
        FakeTwin file = (FakeTwin) twin;
        if (broken.contains(file.local())) {
            throw new KernelException("open", Errno.ENOSPC);
        }
        if (file.openers > 0) {
            return Result.IN_USE;
        }
        if (opened.contains(file.local())) {
            return Result.LINGERS;
        }
        hiddenBytes += hidesFreed ? file.blocks : 0;
        file.blocks = 0;
        return Result.EMPTIED;
    }

    @Override
    public FileStatus status(Path path) throws KernelException {
        FakeTwin file = files.get(path);
        if (file == null) {
            throw new KernelException("statx", Errno.ENOENT);
        }
        return file.status();
    }

    @Override
    public OpenFile open(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileStatus status(OpenFile file) {
        throw new UnsupportedOperationException();
    }

    @Override
    public OpenFile reopen(OpenFile file) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path path(OpenFile file) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int read(OpenFile file, long offsetBytes, ByteBuffer target, ReadMode mode) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Extent> dataExtents(OpenFile file, long offsetBytes, long lengthBytes) {
        throw new UnsupportedOperationException();
    }
}
