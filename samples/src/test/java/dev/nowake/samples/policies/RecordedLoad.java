package dev.nowake.samples.policies;

import dev.nowake.policy.Policy;
import dev.nowake.policy.builtin.NonePolicy;
import dev.nowake.policy.sim.HookCall;
import dev.nowake.policy.sim.HostSpec;
import dev.nowake.policy.sim.Recording;
import dev.nowake.policy.sim.Simulation;
import dev.nowake.policy.sim.SimulationResult;
import dev.nowake.policy.sim.StorageSpec;
import dev.nowake.policy.trace.MaioTrace;
import dev.nowake.policy.trace.Trace;
import dev.nowake.policy.trace.TraceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A model of 256 MiB in four shards, made by this module's model maker and read by its loader in reads of 4 MiB, as the
 * system calls of the loader showed it. Replayed from network storage on a host with plenty of memory.
 */
final class RecordedLoad {
    private static final HostSpec HOST = new HostSpec(16L << 30, new StorageSpec(1e9, 2_000_000));

    private RecordedLoad() {}

    static Recording recording() {
        return Recording.of(trace());
    }

    private static Trace trace() {
        try (InputStream lines = RecordedLoad.class.getResourceAsStream("/traces/read-four-shards.trace")) {
            return MaioTrace.read(lines);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (TraceException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    /** With the arguments a rule gives, and the policy's own for the others. */
    static SimulationResult run(Policy policy, Map<String, Object> given) {
        Map<String, Object> args = new HashMap<>(policy.defaults());
        args.putAll(given);
        return Simulation.run(recording(), HOST, policy, args, HookCall.DIRECT);
    }

    static SimulationResult withoutPolicy() {
        return run(new NonePolicy(), Map.of());
    }
}
