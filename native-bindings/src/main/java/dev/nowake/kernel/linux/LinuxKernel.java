package dev.nowake.kernel.linux;

import dev.nowake.kernel.BulkFiles;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.Leases;
import dev.nowake.kernel.Mounts;
import dev.nowake.kernel.NodeMemory;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.PermissionEvents;
import dev.nowake.kernel.ServiceManager;
import dev.nowake.kernel.ThreadPlacement;
import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.jnr.JnrLibC;
import dev.nowake.kernel.libc.LibC;
import java.nio.file.Path;

/** The running kernel. */
public final class LinuxKernel implements Kernel {
    private final LibC libc;
    private final String bindingNote;
    private final FileAccess files;
    private final BulkFiles bulkFiles;
    private final PageCache pageCache;
    private final FileEvents fileEvents;
    private final PermissionEvents permissionEvents;
    private final Leases leases;
    private final FileSpace fileSpace;
    private final ThreadPlacement placement;
    private final ForeignMemory foreignMemory;
    private final NodeMemory nodeMemory;
    private final ServiceManager serviceManager;
    private final Mounts mounts;
    private Features features;

    private LinuxKernel(LibC libc, String bindingNote) {
        this.libc = libc;
        this.bindingNote = bindingNote;
        this.files = new LinuxFileAccess(libc);
        this.bulkFiles = new LinuxBulkFiles(libc);
        this.pageCache = new LinuxPageCache(libc);
        this.fileEvents = new LinuxFileEvents(libc);
        this.permissionEvents = new LinuxPermissionEvents(libc);
        this.leases = new LinuxLeases(libc);
        this.fileSpace = new LinuxFileSpace(libc);
        this.placement = new LinuxThreadPlacement(libc);
        this.foreignMemory = new LinuxForeignMemory(libc);
        this.nodeMemory = new LinuxNodeMemory(libc, Path.of("/"));
        this.serviceManager = new LinuxServiceManager(libc);
        this.mounts = new LinuxMounts(libc);
    }

    /**
     * Opens the kernel through a binding.
     *
     * @throws UnsupportedOperationException where the binding does not work in this JVM; with AUTO, where neither does.
     *     The message says why
     */
    public static LinuxKernel open(Binding binding) {
        return switch (binding) {
            case FFM -> over(FfmLibC.open());
            case JNR -> over(JnrLibC.open());
            case AUTO -> whicheverWorks();
        };
    }

    private static LinuxKernel whicheverWorks() {
        try {
            return over(FfmLibC.open());
        } catch (UnsupportedOperationException noFfm) {
            try {
                return new LinuxKernel(JnrLibC.open(), noFfm.getMessage());
            } catch (UnsupportedOperationException noJnr) {
                noJnr.addSuppressed(noFfm);
                throw new UnsupportedOperationException(
                        "no native access: " + noFfm.getMessage() + "; " + noJnr.getMessage()
                                + "; start java with --enable-native-access=ALL-UNNAMED",
                        noJnr);
            }
        }
    }

    /** The ports over a given C library: for tests that count calls or let them fail. */
    public static LinuxKernel over(LibC libc) {
        return new LinuxKernel(libc, null);
    }

    @Override
    public String binding() {
        return libc.binding();
    }

    /** Why AUTO did not take FFM; null where it did, or was not asked to choose. */
    public String bindingNote() {
        return bindingNote;
    }

    @Override
    public synchronized Features features() {
        if (features == null) {
            features = FeatureProbe.of(libc);
        }
        return features;
    }

    @Override
    public FileAccess files() {
        return files;
    }

    @Override
    public BulkFiles bulkFiles() {
        return bulkFiles;
    }

    @Override
    public PageCache pageCache() {
        return pageCache;
    }

    @Override
    public FileEvents fileEvents() {
        return fileEvents;
    }

    @Override
    public PermissionEvents permissionEvents() {
        return permissionEvents;
    }

    @Override
    public FileSpace fileSpace() {
        return fileSpace;
    }

    @Override
    public Leases leases() {
        return leases;
    }

    @Override
    public ThreadPlacement placement() {
        return placement;
    }

    @Override
    public ForeignMemory foreignMemory() {
        return foreignMemory;
    }

    @Override
    public NodeMemory nodeMemory() {
        return nodeMemory;
    }

    @Override
    public ServiceManager serviceManager() {
        return serviceManager;
    }

    @Override
    public Mounts mounts() {
        return mounts;
    }
}
