package dev.nowake.agent.mirror.evict;

import dev.nowake.policy.Guard;
import dev.nowake.policy.MirrorView;
import java.util.List;

/** Who says what leaves the disk. Any thread; answers within a second whatever the policy does. */
public interface DiskPolicy {
    /**
     * What is to go, in this order; the guard has let it through.
     *
     * @param policy the name of the one that answered
     */
    record Answer(String policy, List<Guard.FromDisk> evictions, List<String> refused) {}

    Answer ask(MirrorView mirror);

    /** The same to see the answer alone: nothing of the call is counted or remembered. */
    Answer tryOut(MirrorView mirror);
}
