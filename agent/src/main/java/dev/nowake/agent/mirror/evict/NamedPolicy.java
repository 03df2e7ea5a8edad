package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.decide.Assignment;
import dev.nowake.agent.decide.Decider;
import dev.nowake.agent.decide.Plan;
import dev.nowake.policy.Hook;
import dev.nowake.policy.HostView;
import dev.nowake.policy.MirrorView;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.builtin.MirrorLruPolicy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** The policy a mirror names, as it is now; {@code mirror-lru} where it names none, and in the place of one that fails. */
public final class NamedPolicy implements DiskPolicy {
    /** The decider promises a tenth of that. */
    private static final long PATIENCE_MILLIS = 1000;

    private final Decider decider;
    private final Supplier<Assignment> assignment;
    private final Supplier<HostView> host;
    private final DoubleSupplier wall;

    /**
     * @param assignment who decides; asked anew each time
     * @param wall unix time, seconds
     */
    public NamedPolicy(Decider decider, Supplier<Assignment> assignment, Supplier<HostView> host, DoubleSupplier wall) {
        this.decider = decider;
        this.assignment = assignment;
        this.host = host;
        this.wall = wall;
    }

    /** @param args validated against the policy's declaration */
    public static Assignment assignment(String policy, Map<String, Object> args) {
        return new Assignment(policy, args, MirrorLruPolicy.NAME, Map.of());
    }

    @Override
    public Answer ask(MirrorView mirror) {
        return answer(mirror, false);
    }

    @Override
    public Answer tryOut(MirrorView mirror) {
        return answer(mirror, true);
    }

    private Answer answer(MirrorView mirror, boolean tryOut) {
        Assignment who = assignment.get();
        PolicyInput input = PolicyInput.ofDisk(mirror, host.get(), wall.getAsDouble(), who.args(), Map.of());
        CompletableFuture<Plan> plan = new CompletableFuture<>();
        if (tryOut) {
            decider.tryOut(who, Hook.EVICT, input, Runnable::run, plan::complete);
        } else {
            decider.ask(who, Hook.EVICT, input, Runnable::run, plan::complete);
        }
        try {
            Plan made = plan.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            return new Answer(made.policy(), made.fromDisk(), made.refused());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return new Answer(who.policy(), List.of(), List.of());
        } catch (ExecutionException | TimeoutException silent) {
            return new Answer(who.policy(), List.of(), List.of("no answer"));
        }
    }
}
