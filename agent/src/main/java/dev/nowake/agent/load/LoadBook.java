package dev.nowake.agent.load;

import dev.nowake.model.FileId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The loads under way, found by any of their files, and those that ended lately. Belongs to the engine's thread. */
public final class LoadBook {
    /** What {@code status} promises to remember. */
    private static final int KEPT_LOADS = 100;

    private static final long KEPT_NANOS = 600_000_000_000L;

    private final Map<FileId, ActiveLoad> byFile = new HashMap<>();
    private final List<ActiveLoad> active = new ArrayList<>();
    private final Deque<Load> ended = new ArrayDeque<>();

    /** Null when the file belongs to no load. */
    public ActiveLoad of(FileId id) {
        return byFile.get(id);
    }

    public List<ActiveLoad> active() {
        return active;
    }

    public void begin(ActiveLoad load) {
        active.add(load);
        load.load().shards().forEach(shard -> byFile.put(shard.shard().id(), load));
    }

    public void end(ActiveLoad load, long nowNanos) {
        active.remove(load);
        load.load().shards().forEach(shard -> byFile.remove(shard.shard().id(), load));
        load.load().state(LoadState.DONE, nowNanos);
        ended.addLast(load.load());
        forgetOld(nowNanos);
    }

    /** Ended loads, then those under way; newest last in both. */
    public List<Load> all(long nowNanos) {
        forgetOld(nowNanos);
        List<Load> all = new ArrayList<>(ended);
        active.forEach(load -> all.add(load.load()));
        return all;
    }

    private void forgetOld(long nowNanos) {
        while (!ended.isEmpty()
                && (ended.size() > KEPT_LOADS || nowNanos - ended.peekFirst().endedNanos() > KEPT_NANOS)) {
            ended.removeFirst();
        }
    }
}
