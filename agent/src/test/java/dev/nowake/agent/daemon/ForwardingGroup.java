package dev.nowake.agent.daemon;

import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.KernelException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A group of the real kernel, for tests that change one of its calls. */
class ForwardingGroup implements EventGroup {
    private final EventGroup group;

    ForwardingGroup(EventGroup group) {
        this.group = group;
    }

    @Override
    public int read(int timeoutMillis, Consumer<FileEvent> sink) throws KernelException {
        return group.read(timeoutMillis, sink);
    }

    @Override
    public void mark(Scope scope, Path path, long mask) throws KernelException {
        group.mark(scope, path, mask);
    }

    @Override
    public void unmark(Scope scope, Path path, long mask) throws KernelException {
        group.unmark(scope, path, mask);
    }

    @Override
    public boolean isMarked(Scope scope, Path path) throws KernelException {
        return group.isMarked(scope, path);
    }

    @Override
    public FolderHandle handleOf(Path folder) throws KernelException {
        return group.handleOf(folder);
    }

    @Override
    public void wake() {
        group.wake();
    }

    @Override
    public void close() {
        group.close();
    }
}
