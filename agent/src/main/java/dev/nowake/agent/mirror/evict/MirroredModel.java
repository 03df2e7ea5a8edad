package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import java.util.List;

/**
 * A model of a mirror, or the files beside models that belong to none: what is evicted as one.
 *
 * @param name as policies and people see it; two may have the same
 * @param twins at least one
 */
public record MirroredModel(String name, List<Twin> twins) {
    public MirroredModel {
        twins = List.copyOf(twins);
    }
}
