package dev.nowake.agent.mirror.evict;

import dev.nowake.policy.Guard;
import dev.nowake.policy.HostView;
import dev.nowake.policy.MirrorView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.builtin.MirrorLruPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The shipped policy behind the guard, without a decider. */
final class LruPolicy implements DiskPolicy {
    final List<MirrorView> asked = new ArrayList<>();
    Policy policy = new MirrorLruPolicy();

    @Override
    public Answer ask(MirrorView mirror) {
        asked.add(mirror);
        return tryOut(mirror);
    }

    @Override
    public Answer tryOut(MirrorView mirror) {
        PolicyInput input = PolicyInput.ofDisk(mirror, new HostView(1, 1, 1), 0, Map.of(), Map.of());
        Guard.Verdict verdict = Guard.check(policy.evict(input), input);
        return new Answer(policy.name(), verdict.fromDisk(), verdict.refused());
    }
}
