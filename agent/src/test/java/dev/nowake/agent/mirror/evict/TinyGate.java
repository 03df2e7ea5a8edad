package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PermissionEvents;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** As much of a gate as an eviction meets: who reads of a marked file waits until all of it is there again. */
final class TinyGate implements GateHold, AutoCloseable {
    private final PermissionGroup group;
    private final Map<FileId, RealTwin> twins = new ConcurrentHashMap<>();
    private final ExecutorService filling = Executors.newSingleThreadExecutor();
    private final Thread reader;
    private final Map<FileId, List<Integer>> held = new HashMap<>();
    final AtomicInteger waited = new AtomicInteger();
    private volatile boolean closed;

    TinyGate(Kernel kernel) throws KernelException {
        group = kernel.permissionEvents().open(PermissionEvents.Kind.RANGES);
        reader = Thread.ofPlatform().daemon().start(this::read);
    }

    void guards(RealTwin twin) {
        twins.put(twin.id(), twin);
    }

    private void read() {
        try {
            while (!closed) {
                group.read(-1, 64, this::waiting);
            }
        } catch (KernelException ended) {
            return;
        }
    }

    private void waiting(int event, PermissionGroup.Request request) {
        FileId id = new FileId(request.file().device(), request.file().inode());
        RealTwin twin = twins.get(id);
        if (request.pid() == ProcessHandle.current().pid() || twin == null) {
            group.allow(event);
            return;
        }
        synchronized (held) {
            List<Integer> waiting = held.get(id);
            if (waiting != null) {
                waiting.add(event);
                return;
            }
        }
        answer(twin, event);
    }

    private void answer(RealTwin twin, int event) {
        if (twin.isComplete()) {
            group.allow(event);
            return;
        }
        waited.incrementAndGet();
        filling.execute(() -> {
            try {
                if (!twin.isComplete()) {
                    twin.fill();
                }
                group.allow(event);
            } catch (IOException failed) {
                group.deny(event, Errno.EIO);
            }
        });
    }

    @Override
    public void hold(Twin twin, OpenFile file) throws IOException {
        group.mark(file, PermissionGroup.ACCESS);
        synchronized (held) {
            held.put(twin.id(), new ArrayList<>());
        }
    }

    /** A mark stays where the file was filled again: so evictions of marked files are tried too. */
    @Override
    public void release(Twin twin, OpenFile file) throws IOException {
        List<Integer> waiting;
        synchronized (held) {
            waiting = held.remove(twin.id());
        }
        waiting.forEach(event -> answer((RealTwin) twin, event));
    }

    @Override
    public void close() {
        closed = true;
        group.wake();
        try {
            reader.join(5000);
            filling.shutdown();
            filling.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        group.close();
    }
}
