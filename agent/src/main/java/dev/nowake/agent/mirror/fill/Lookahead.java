package dev.nowake.agent.mirror.fill;

import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Has brought what a loader will read next: the rest of the file it reads, then the next files of its model. So the remote is
 * busy while the loader is not. What finds no room is not expected. Any thread; no call waits.
 */
public final class Lookahead implements AutoCloseable {
    private final Fills fills;
    private final ShardOrder order;
    private final Room room;
    private final int files;

    /** Files that are read, by whomever: what is expected for each. */
    private final Map<FileId, List<Twin>> read = new ConcurrentHashMap<>();

    /** Looks for the order and for room, both of which may take their time. */
    private final ThreadPoolExecutor thread;

    /** @param files how many of the same model are brought before they are read */
    public Lookahead(String name, Fills fills, ShardOrder order, Room room, int files) {
        this.fills = fills;
        this.order = order;
        this.room = room;
        this.files = files;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("nowake-ahead-" + name).daemon().factory());
        thread.allowCoreThreadTimeOut(true);
    }

    /** Somebody has opened the file, or reads it from here: every time; only the first of a load counts. */
    public void reads(Twin twin, long offsetBytes) {
        if (!read.containsKey(twin.id()) && !twin.isOutdated() && read.putIfAbsent(twin.id(), List.of()) == null) {
            thread.execute(() -> begin(twin, offsetBytes));
        }
    }

    private void begin(Twin twin, long offsetBytes) {
        long size = twin.identity().sizeBytes();
        long from = Math.clamp(offsetBytes, 0, size);
        long wanted = 0;
        List<Twin> ahead = new ArrayList<>();
        for (Twin next : inOrder(twin)) {
            long missing = missing(next);
            if (missing > 0 && !room.make(wanted + missing)) {
                break;
            }
            wanted += missing;
            ahead.add(next);
        }
        if (read.computeIfPresent(twin.id(), (id, none) -> List.copyOf(ahead)) == null) {
            return; // the load is over by now
        }
        for (Twin next : ahead) {
            expect(next, next == twin ? from : 0, next.identity().sizeBytes());
            expect(next, 0, next == twin ? from : 0);
        }
        if (!read.containsKey(twin.id())) {
            ahead.forEach(fills::forget);
        }
    }

    private List<Twin> inOrder(Twin twin) {
        List<Twin> all = new ArrayList<>();
        all.add(twin);
        all.addAll(order.after(twin).stream().limit(files).toList());
        return all;
    }

    private static long missing(Twin twin) {
        long size = twin.identity().sizeBytes();
        return size == 0 || twin.isOutdated()
                ? 0
                : twin.missing(new ByteRange(0, size)).bytes();
    }

    private void expect(Twin twin, long start, long end) {
        if (end > start) {
            fills.expect(twin, new ByteRange(start, end));
        }
    }

    /** The load is over: what was expected for these files, and for no other that is still read, is not any more. */
    public void ended(Set<FileId> over) {
        Map<FileId, Twin> left = new HashMap<>();
        for (FileId id : over) {
            List<Twin> ahead = read.remove(id);
            if (ahead != null) {
                ahead.forEach(twin -> left.put(twin.id(), twin));
            }
        }
        read.forEach((id, ahead) -> {
            left.remove(id);
            ahead.forEach(twin -> left.remove(twin.id()));
        });
        left.values().forEach(fills::forget);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
