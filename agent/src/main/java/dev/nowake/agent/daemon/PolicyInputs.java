package dev.nowake.agent.daemon;

import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.model.ByteRange;
import dev.nowake.policy.HostView;
import dev.nowake.policy.Layouts;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.util.Map;
import java.util.function.Supplier;

/** Makes what policies are told. Belongs to the engine's thread; what it makes is immutable. */
final class PolicyInputs {
    private final Parts parts;
    private final Supplier<HostView> host;
    private final ModelTable models;
    private final Layouts layouts;

    PolicyInputs(Parts parts, Supplier<HostView> host, ModelTable models, Layouts layouts) {
        this.parts = parts;
        this.host = host;
        this.models = models;
        this.layouts = layouts;
    }

    /** About a load. {@code shard}: the one the trigger is about, or null; {@code range}: what was missed, or null. */
    PolicyInput of(ActiveLoad active, Trigger trigger, TrackedShard shard, ByteRange range, boolean ended) {
        Load load = active.load();
        long device = load.shards().iterator().next().shard().id().device();
        return new PolicyInput(
                trigger,
                shard == null ? null : shard.view(),
                range,
                load.model(),
                layouts,
                load.view(ended, !parts.mounts().dropsPagesAtOpen(device), System.nanoTime()),
                models.views(),
                host.get(),
                nowSeconds(),
                active.assignment().args(),
                Map.of());
    }

    /** About no load. */
    PolicyInput idle(Trigger trigger, Map<String, Object> args) {
        return new PolicyInput(
                trigger,
                null,
                null,
                null,
                Layouts.NONE,
                null,
                models.views(),
                host.get(),
                nowSeconds(),
                args,
                Map.of());
    }

    HostView host() {
        return host.get();
    }

    private static double nowSeconds() {
        return Clocks.HOST.wallSeconds();
    }
}
