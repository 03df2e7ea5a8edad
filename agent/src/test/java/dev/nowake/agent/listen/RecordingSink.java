package dev.nowake.agent.listen;

import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Keeps what listeners say. */
final class RecordingSink implements SightingSink {
    final List<Sighting> seen = new CopyOnWriteArrayList<>();
    final List<Path> changed = new CopyOnWriteArrayList<>();
    final List<Path> foldersGone = new CopyOnWriteArrayList<>();
    final List<Exception> failures = new CopyOnWriteArrayList<>();
    final AtomicInteger overflows = new AtomicInteger();
    final Set<FileId> unwanted = ConcurrentHashMap.newKeySet();
    volatile Consumer<Object> before = anything -> {};

    @Override
    public boolean wants(FileId id, long mask) {
        return !unwanted.contains(id);
    }

    @Override
    public void seen(Sighting sighting) {
        before.accept(sighting);
        seen.add(sighting);
    }

    @Override
    public void overflowed() {
        overflows.incrementAndGet();
    }

    @Override
    public void folderGone(Path folder) {
        foldersGone.add(folder);
    }

    @Override
    public void folderChanged(Path folder) {
        before.accept(folder);
        changed.add(folder);
    }

    @Override
    public void failed(String what, Exception cause) {
        failures.add(cause);
    }

    /** A {@link #before} that throws the first {@code times} times. */
    static Consumer<Object> throwing(int times) {
        AtomicInteger left = new AtomicInteger(times);
        return anything -> {
            if (left.getAndDecrement() > 0) {
                throw new IllegalStateException("sink broken");
            }
        };
    }
}
