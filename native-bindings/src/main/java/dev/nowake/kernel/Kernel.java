package dev.nowake.kernel;

/** One host's kernel: the ports the daemon works through. Thread-safe; ports are stateless unless they say otherwise. */
public interface Kernel {
    /** Which backend answers: {@code ffm}, {@code jnr} or {@code fake}. */
    String binding();

    /** What this kernel can do, probed once at start. */
    Features features();

    FileAccess files();

    BulkFiles bulkFiles();

    PageCache pageCache();

    FileEvents fileEvents();

    PermissionEvents permissionEvents();

    Leases leases();

    FileSpace fileSpace();

    ThreadPlacement placement();

    ForeignMemory foreignMemory();

    NodeMemory nodeMemory();

    ServiceManager serviceManager();

    Mounts mounts();
}
