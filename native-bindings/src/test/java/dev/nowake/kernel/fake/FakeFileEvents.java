package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.KernelException;

/** fanotify_init(2) of the fake. */
final class FakeFileEvents implements FileEvents {
    private final FakeKernel kernel;
    private final FakeHost host;
    private final boolean merging;

    FakeFileEvents(FakeKernel kernel, FakeHost host, boolean merging) {
        this.kernel = kernel;
        this.host = host;
        this.merging = merging;
    }

    @Override
    public EventGroup open(Naming naming) throws KernelException {
        return open(naming, false);
    }

    @Override
    public EventGroup open(Naming naming, boolean withProcess) throws KernelException {
        host.script.enter("fanotify_init", null);
        if (!kernel.features().has(Features.Feature.FANOTIFY)) {
            throw new KernelException("fanotify_init", Errno.EPERM);
        }
        boolean names = naming == Naming.HANDLE_AND_NAME;
        if (names && !kernel.features().has(Features.Feature.FANOTIFY_NAMES)) {
            throw new KernelException("fanotify_init", Errno.EINVAL);
        }
        FakeEventGroup group = new FakeEventGroup(host, naming, merging, withProcess);
        synchronized (host.lock) {
            host.groups.add(group);
        }
        return group;
    }
}
