package dev.nowake.kernel.fake;

import dev.nowake.kernel.BulkFiles;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Leases;
import dev.nowake.kernel.Mounts;
import dev.nowake.kernel.NodeMemory;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.PermissionEvents;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.ServiceManager;
import dev.nowake.kernel.ThreadPlacement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A host in memory. It starts with one ext4 filesystem at "/" and no files; tests add files and processes, let the
 * program under test work through the ports, and look at what is resident. Thread-safe.
 *
 * <p>Not like a kernel: memory is endless and pages leave only when told; readahead lands at once unless
 * {@link #holdReadahead} is set; a read brings in the pages it asks for and no others.
 */
public final class FakeKernel extends FakeTree implements Kernel {
    private final Map<Features.Feature, String> missing = new EnumMap<>(Features.Feature.class);
    private final List<String> notifications = new CopyOnWriteArrayList<>();
    private volatile Features features;
    private volatile boolean merging = true;

    public FakeKernel() {
        super(new FakeHost());
        without(Features.Feature.OPEN_PERMISSION).without(Features.Feature.PRE_ACCESS);
        host.fileSystem.mount(FakeMount.ext4("/", 0xfe00));
    }

    /** A process of this pid; a new one unless it lives already. */
    public FakeReader process(int pid) {
        synchronized (host.lock) {
            FakeReader living = host.processes.get(pid);
            return living != null ? living : new FakeReader(host, pid, 1, pid);
        }
    }

    /**
     * Writes {@code proc/PID/{stat,fd,fdinfo,maps}} of the living processes below {@code root}, replacing what was there.
     * Descriptors are links to the files' paths, so readers that follow them find the files of an adopted folder.
     */
    public void writeProc(Path root) throws IOException {
        List<FakeReader> processes;
        synchronized (host.lock) {
            processes = List.copyOf(host.processes.values());
        }
        FakeProc.write(root, processes);
    }

    // How it behaves.

    public Script script() {
        return host.script;
    }

    public FakeKernel ownPid(int pid) {
        host.ownPid = pid;
        return this;
    }

    /** Events one group holds before it overflows. */
    public FakeKernel queueLimit(int events) {
        host.queueLimit = events;
        return this;
    }

    public FakeKernel markLimit(int marks) {
        host.markLimit = marks;
        return this;
    }

    /** Descriptors of ours before EMFILE. */
    public FakeKernel descriptorLimit(int descriptors) {
        host.descriptorLimit = descriptors;
        return this;
    }

    /** Whether waiting events merge, as the kernel's do; for groups opened from now on. */
    public FakeKernel merging(boolean merges) {
        merging = merges;
        return this;
    }

    public FakeKernel nodes(int count, int cpusPerNode) {
        host.placement.nodeCount = count;
        host.placement.cpusPerNode = cpusPerNode;
        return this;
    }

    /** Takes a feature away; its calls fail as they do on a kernel without it. */
    public FakeKernel without(Features.Feature feature) {
        synchronized (missing) {
            missing.put(feature, "not on this fake");
            features = new Features(missing);
        }
        host.placement.policyWorks = features.has(Features.Feature.MEMORY_POLICY);
        return this;
    }

    /** From now on readahead's pages stay in flight until {@link #landReadahead}. */
    public FakeKernel holdReadahead(boolean hold) {
        host.holdReadahead = hold;
        return this;
    }

    public void landReadahead(Path path) {
        synchronized (host.lock) {
            inode(path).pages.land();
        }
    }

    /** Residency of the file may not be asked, as for another user's. */
    public void hideResidency(Path path) {
        synchronized (host.lock) {
            inode(path).residencyHidden = true;
        }
    }

    /** Brings pages in, as if somebody had read them long ago. */
    public void makeResident(Path path, long offsetBytes, long lengthBytes) {
        synchronized (host.lock) {
            FakeInode inode = inode(path);
            FakeRange range = FakeRange.clamped(inode, offsetBytes, lengthBytes);
            inode.pages.populate(range.firstPage(), range.endPage(), inode.mount.folioOrder(), page -> 0);
        }
    }

    public void makeDirty(Path path, long offsetBytes, long lengthBytes) {
        synchronized (host.lock) {
            FakeRange range = FakeRange.clamped(inode(path), offsetBytes, lengthBytes);
            inode(path).pages.makeDirty(range.firstPage(), range.endPage());
        }
    }

    /** All pages of the file go, as under memory pressure; what is mapped or dirty as well. */
    public void dropPages(Path path) {
        synchronized (host.lock) {
            inode(path).pages.dropFrom(0);
        }
    }

    // What has become of it; looking leaves no call in the script.

    public long residentBytes(Path path) {
        synchronized (host.lock) {
            FakeInode inode = inode(path);
            int pages = inode.pages.residentPages(0, FakeInode.pageEnd(inode.sizeBytes));
            return Math.min((long) pages * FakeInode.PAGE_BYTES, inode.sizeBytes);
        }
    }

    /** Descriptors the program under test holds: 0 at the end of a test, or something leaks. */
    public int openDescriptors() {
        synchronized (host.lock) {
            return host.descriptors.size() + host.processDescriptors.size();
        }
    }

    public int openGroups() {
        synchronized (host.lock) {
            return host.groups.size();
        }
    }

    /** Messages to the service manager, in order. */
    public List<String> notifications() {
        return List.copyOf(notifications);
    }

    // The ports.

    @Override
    public String binding() {
        return "fake";
    }

    @Override
    public Features features() {
        return features;
    }

    @Override
    public FileAccess files() {
        return new FakeFileAccess(this, host);
    }

    @Override
    public BulkFiles bulkFiles() {
        return new FakeBulkFiles(host);
    }

    @Override
    public PageCache pageCache() {
        return new FakePageCache(this, host);
    }

    @Override
    public FileEvents fileEvents() {
        return new FakeFileEvents(this, host, merging);
    }

    /** None: who is held back is a process, and this host has no threads of its own to wait. */
    @Override
    public PermissionEvents permissionEvents() {
        return new PermissionEvents() {
            @Override
            public PermissionGroup open(Kind kind) throws KernelException {
                throw new KernelException("fanotify_init", Errno.EINVAL);
            }

            @Override
            public PermissionGroup takeOver(int pid, int fd) throws KernelException {
                throw new KernelException("pidfd_open", Errno.ESRCH);
            }
        };
    }

    @Override
    public FileSpace fileSpace() {
        return new FakeFileSpace(host);
    }

    @Override
    public Leases leases() {
        return new FakeLeases(this, host);
    }

    @Override
    public ThreadPlacement placement() {
        return host.placement;
    }

    @Override
    public ForeignMemory foreignMemory() {
        return new FakeForeignMemory(this, host);
    }

    @Override
    public NodeMemory nodeMemory() {
        return new FakeNodeMemory(this, host);
    }

    @Override
    public ServiceManager serviceManager() {
        return (socket, message) -> {
            host.script.enter("sendto", null);
            notifications.add(message);
        };
    }

    @Override
    public Mounts mounts() {
        return new FakeMounts(host);
    }
}
