package dev.nowake.agent.daemon;

import dev.nowake.kernel.BulkFiles;
import dev.nowake.kernel.DiskSpace;
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

/** The real kernel, except for its events. */
record OtherEvents(Kernel real, FileEvents fileEvents) implements Kernel {
    @Override
    public String binding() {
        return real.binding();
    }

    @Override
    public Features features() {
        return real.features();
    }

    @Override
    public FileAccess files() {
        return real.files();
    }

    @Override
    public BulkFiles bulkFiles() {
        return real.bulkFiles();
    }

    @Override
    public DiskSpace diskSpace() {
        return real.diskSpace();
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
    public FileSpace fileSpace() {
        return real.fileSpace();
    }

    @Override
    public Leases leases() {
        return real.leases();
    }

    @Override
    public ThreadPlacement placement() {
        return real.placement();
    }

    @Override
    public ForeignMemory foreignMemory() {
        return real.foreignMemory();
    }

    @Override
    public NodeMemory nodeMemory() {
        return real.nodeMemory();
    }

    @Override
    public ServiceManager serviceManager() {
        return real.serviceManager();
    }

    @Override
    public Mounts mounts() {
        return real.mounts();
    }
}
