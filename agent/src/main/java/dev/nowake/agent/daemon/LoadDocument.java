package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code status} tells of a load's way through its model. Made on the engine's thread. */
final class LoadDocument {
    private LoadDocument() {}

    /**
     * How far readers and prefetch are, in bytes of the whole model: what was touched, and what of the rest was asked for.
     *
     * @param active null for a load that is over
     */
    static Map<String, Object> underWay(Load load, ActiveLoad active) {
        Map<String, Object> document = new LinkedHashMap<>();
        long read = 0;
        long ahead = 0;
        for (TrackedShard shard : load.shards()) {
            boolean isPast = shard.opened() && !shard.inUse();
            long size = shard.shard().sizeBytes();
            long touched = Math.max(shard.touched().byAll().bytes(), shard.frontierBytes());
            read += isPast ? size : Math.min(size, touched);
            if (!isPast) {
                ahead += shard.asked()
                        .within(shard.frontierBytes(), size)
                        .minus(shard.touched().byAll())
                        .bytes();
            }
        }
        document.put("readBytes", read);
        document.put("aheadBytes", active == null ? null : ahead);
        document.put("bytesPerSecond", active == null ? null : (long) load.bytesPerSecond());
        document.put("rule", active == null ? null : active.ruleName());
        document.put("policy", active == null ? null : active.assignment().policy());
        document.put("mode", active == null ? null : active.rule().mode().label());
        document.put("suspended", active == null ? null : active.suspended());
        Object window = active == null ? null : active.assignment().args().get("window");
        document.put("windowBytes", window instanceof Number bytes && bytes.longValue() > 0 ? bytes.longValue() : null);
        return document;
    }
}
