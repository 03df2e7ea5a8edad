package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.KernelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A process on the fake host that opens, reads and maps files. Get one from {@link FakeKernel#process}. Thread-safe. */
public final class FakeReader {
    final FakeHost host;
    private final int pid;
    private final int parent;
    private final int session;
    private final Set<FakeHandle> handles = new LinkedHashSet<>();
    private final List<FakeMapping> mappings = new ArrayList<>();
    private boolean exited;
    private long nextAddress = 0x7f00_0000_0000L;

    FakeReader(FakeHost host, int pid, int parent, int session) {
        this.host = host;
        this.pid = pid;
        this.parent = parent;
        this.session = session;
        synchronized (host.lock) {
            host.processes.put(pid, this);
        }
    }

    public int pid() {
        return pid;
    }

    int parent() {
        return parent;
    }

    int session() {
        return session;
    }

    /** Opens for reading. ENOENT and its kin as the kernel gives them. */
    public FakeHandle open(String path) throws KernelException {
        return open(Path.of(path), null, false);
    }

    public FakeHandle open(Path path) throws KernelException {
        return open(path, null, false);
    }

    /** Opens through another mount of the same file (a bind mount, a container): events show the other path. */
    public FakeHandle openAs(Path path, Path shown) throws KernelException {
        return open(path, shown, false);
    }

    /** Opens for writing; the file is made where there is none. */
    public FakeHandle openForWriting(Path path) throws KernelException {
        synchronized (host.lock) {
            if (host.fileSystem.at(path) == null) {
                if (host.fileSystem.at(path.getParent()) == null) {
                    throw new KernelException("open", Errno.ENOENT);
                }
                FakeInode made = host.fileSystem.addFile(path, FakeContent.synthetic(0));
                host.emitName(FileEvent.CREATE, made, path, pid);
            }
        }
        return open(path, null, true);
    }

    private FakeHandle open(Path path, Path shown, boolean writable) throws KernelException {
        synchronized (host.lock) {
            return add(host.openByName(path, shown, pid, writable));
        }
    }

    FakeHandle add(FakeDescription description) {
        FakeHandle handle = new FakeHandle(this, description);
        handles.add(handle);
        return handle;
    }

    void remove(FakeHandle handle) {
        handles.remove(handle);
    }

    FakeMapping addMapping(FakeDescription description, long offsetBytes, long lengthBytes) {
        FakeMapping mapping = new FakeMapping(this, description, nextAddress, offsetBytes, lengthBytes);
        nextAddress += lengthBytes + (1 << 21) & -(1L << 21);
        mappings.add(mapping);
        return mapping;
    }

    void remove(FakeMapping mapping) {
        mappings.remove(mapping);
    }

    /** A child in the same session with the same open files: a file is closed when the last of both has closed it. Mappings are not copied. */
    public FakeReader fork(int childPid) {
        FakeReader child = new FakeReader(host, childPid, pid, session);
        synchronized (host.lock) {
            for (FakeHandle handle : handles) {
                handle.description.references++;
                child.add(handle.description);
            }
        }
        return child;
    }

    /** Ends the process: all its files and mappings go. */
    public void exit() {
        synchronized (host.lock) {
            exited = true;
            List.copyOf(handles).forEach(FakeHandle::close);
            List.copyOf(mappings).forEach(FakeMapping::unmap);
            host.processes.remove(pid, this);
        }
    }

    public boolean hasExited() {
        synchronized (host.lock) {
            return exited;
        }
    }

    public List<FakeHandle> handles() {
        synchronized (host.lock) {
            return List.copyOf(handles);
        }
    }

    public List<FakeMapping> mappings() {
        synchronized (host.lock) {
            return List.copyOf(mappings);
        }
    }

    /** Lock held. */
    List<FakeDescription> descriptions() {
        List<FakeDescription> all = new ArrayList<>();
        handles.forEach(handle -> all.add(handle.description));
        mappings.forEach(mapping -> all.add(mapping.description));
        return all;
    }
}
