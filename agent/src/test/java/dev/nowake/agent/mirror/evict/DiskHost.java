package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.BulkFiles;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Leases;
import dev.nowake.kernel.Mounts;
import dev.nowake.kernel.NodeMemory;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.PermissionEvents;
import dev.nowake.kernel.ServiceManager;
import dev.nowake.kernel.ThreadPlacement;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A disk with mirrored files, without a kernel: blocks, openers, leases and the gate's marks, and a step counter that can make
 * any of them fail, or end everything. Rules are the kernel's: an opener waits for a lease, our own too; a descriptor learns at
 * its opening whether it asks before it reads.
 */
final class DiskHost implements Kernel, FileAccess, FileSpace, Leases, GateHold, DiskSpace {
    final List<String> steps = new ArrayList<>();
    final Map<Path, FakeTwin> files = new LinkedHashMap<>();
    private final Map<Integer, FakeTwin> descriptors = new HashMap<>();
    private int nextDescriptor = 100;

    long totalBytes = 1L << 40;
    /** What others have on the disk. */
    long othersBytes;
    /** The filesystem does not show what was freed. */
    boolean hidesFreed;

    private long hiddenBytes;

    /** Opens are steps too. */
    boolean tellsOpens;

    /** From this step on every step throws; 0 for none. */
    int failAt;

    /** At this step everything ends. */
    int dieAt;

    /** What somebody else does before each step. */
    Runnable others = () -> {};

    /** The daemon is gone. */
    static final class Died extends Error {
        private static final long serialVersionUID = 1;
    }

    FakeTwin file(String path, long bytes) {
        FakeTwin twin = new FakeTwin(this, Path.of(path), files.size() + 1, bytes);
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

    int openDescriptors() {
        return descriptors.size();
    }

    void step(String what) throws KernelException {
        steps.add(what);
        others.run();
        if (dieAt == steps.size()) {
            throw new Died();
        }
        if (failAt > 0 && steps.size() >= failAt) {
            throw new KernelException(what.substring(0, what.indexOf(' ')), new Errno(5));
        }
    }

    void freed(long bytes) {
        if (hidesFreed) {
            hiddenBytes += bytes;
        }
    }

    @Override
    public DiskSpace.Look look() {
        long used = files.values().stream().mapToLong(file -> file.blocks).sum();
        return new DiskSpace.Look(totalBytes, Math.max(0, totalBytes - used - othersBytes - hiddenBytes));
    }

    private FakeTwin at(Path path) throws KernelException {
        FakeTwin file = files.get(path);
        if (file == null) {
            throw new KernelException("open", Errno.ENOENT);
        }
        return file;
    }

    private OpenFile opened(Path path) throws KernelException {
        FakeTwin file = at(path);
        if (file.leased) {
            throw new KernelException("open", Errno.EAGAIN); // with O_NONBLOCK
        }
        file.ours++;
        int number = nextDescriptor++;
        descriptors.put(number, file);
        return new OpenFile(number, closed -> {
            FakeTwin was = descriptors.remove(closed);
            was.ours--;
            was.leased = false;
            was.letWaitingIn();
        });
    }

    @Override
    public OpenFile openForWriting(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public OpenFile open(Path path) throws KernelException {
        if (tellsOpens) {
            step("open " + path);
        }
        return opened(path);
    }

    FakeTwin of(OpenFile file) {
        return descriptors.get(file.fd());
    }

    @Override
    public FileStatus status(OpenFile file) {
        return of(file).status();
    }

    @Override
    public FileStatus status(Path path) throws KernelException {
        return at(path).status();
    }

    @Override
    public void punch(OpenFile file, long offsetBytes, long lengthBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean heldElsewhere(OpenFile file) throws KernelException {
        if (tellsOpens) {
            step("ask " + of(file).local());
        }
        return of(file).isHeldElsewhere();
    }

    @Override
    public OpenFile whileAlone(List<OpenFile> held, Alone action) throws IOException {
        List<FakeTwin> taken = new ArrayList<>();
        try {
            for (OpenFile file : held) {
                step("lease " + of(file).local());
                if (of(file).isHeldElsewhere()) {
                    return file;
                }
                of(file).leased = true;
                taken.add(of(file));
            }
            action.run();
            return null;
        } finally {
            for (FakeTwin file : taken) {
                file.leased = false;
                file.letWaitingIn();
            }
        }
    }

    @Override
    public boolean stillAlone(OpenFile file) throws KernelException {
        step("still " + of(file).local());
        return !of(file).isHeldElsewhere() && !of(file).somebodyWaits();
    }

    @Override
    public void hold(Twin twin, OpenFile file) throws IOException {
        step("hold " + twin.local());
        of(file).marked = true;
        of(file).held = true;
    }

    @Override
    public void release(Twin twin, OpenFile file) throws IOException {
        of(file).held = false;
        step("release " + twin.local());
        of(file).marked = !twin.isComplete();
    }

    @Override
    public String binding() {
        return "disk";
    }

    @Override
    public Features features() {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileAccess files() {
        return this;
    }

    @Override
    public FileSpace fileSpace() {
        return this;
    }

    @Override
    public Leases leases() {
        return this;
    }

    @Override
    public PageCache pageCache() {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileEvents fileEvents() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Mounts mounts() {
        throw new UnsupportedOperationException();
    }

    @Override
    public dev.nowake.kernel.DiskSpace diskSpace() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void sync(OpenFile file) {
        throw new UnsupportedOperationException();
    }

    @Override
    public BulkFiles bulkFiles() {
        throw new UnsupportedOperationException();
    }

    @Override
    public PermissionEvents permissionEvents() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ThreadPlacement placement() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ForeignMemory foreignMemory() {
        throw new UnsupportedOperationException();
    }

    @Override
    public NodeMemory nodeMemory() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServiceManager serviceManager() {
        throw new UnsupportedOperationException();
    }

    @Override
    public OpenFile reopen(OpenFile file) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path path(OpenFile file) {
        return of(file).local();
    }

    @Override
    public int read(OpenFile file, long offsetBytes, ByteBuffer target, ReadMode mode) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Extent> dataExtents(OpenFile file, long offsetBytes, long lengthBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void allocate(OpenFile file, long offsetBytes, long lengthBytes) {
        throw new UnsupportedOperationException();
    }

    static FileId id(int inode) {
        return new FileId(7, inode);
    }
}
