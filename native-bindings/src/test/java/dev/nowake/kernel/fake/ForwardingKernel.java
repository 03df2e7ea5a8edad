package dev.nowake.kernel.fake;

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

/** Another kernel, of which a test replaces a part. */
public abstract class ForwardingKernel implements Kernel {
    protected final Kernel real;

    protected ForwardingKernel(Kernel real) {
        this.real = real;
    }

    @Override
    public String binding() {
        return real.binding();
    }

    @Override
    public BulkFiles bulkFiles() {
        return real.bulkFiles();
    }

    @Override
    public FileAccess files() {
        return real.files();
    }

    @Override
    public FileEvents fileEvents() {
        return real.fileEvents();
    }

    @Override
    public FileSpace fileSpace() {
        return real.fileSpace();
    }

    @Override
    public ForeignMemory foreignMemory() {
        return real.foreignMemory();
    }

    @Override
    public Leases leases() {
        return real.leases();
    }

    @Override
    public Mounts mounts() {
        return real.mounts();
    }

    @Override
    public NodeMemory nodeMemory() {
        return real.nodeMemory();
    }

    @Override
    public PageCache pageCache() {
        return real.pageCache();
    }

    @Override
    public PermissionEvents permissionEvents() {
        return real.permissionEvents();
    }

    @Override
    public ServiceManager serviceManager() {
        return real.serviceManager();
    }

    @Override
    public ThreadPlacement placement() {
        return real.placement();
    }

    @Override
    public Features features() {
        return real.features();
    }
}
