package dev.nowake.agent.mirror.evict;

import java.util.List;

/** The models of one mirror. Any thread; never waits for the remote. */
@FunctionalInterface
public interface MirroredModels {
    /** All of them now; each twin in one of them. */
    List<MirroredModel> all();
}
