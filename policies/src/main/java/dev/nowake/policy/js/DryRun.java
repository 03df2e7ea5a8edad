package dev.nowake.policy.js;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Layout;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import dev.nowake.model.Tensor;
import dev.nowake.policy.AcceleratorView;
import dev.nowake.policy.Argument;
import dev.nowake.policy.FileView;
import dev.nowake.policy.HostView;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.ModelView;
import dev.nowake.policy.NodeView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PressureView;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Inputs as they occur, one for each trigger: a model of four shards on a host with two nodes, the first read, the second
 * being read. Nothing in them is null that can be known.
 */
public final class DryRun {
    private static final long GIB = 1L << 30;
    private static final int SHARDS = 4;

    /**
     * 700 calls: 50 ms once other scripts have run, half a second for the first. A hook then takes twice what it does after
     * 20,000 calls, and more would keep a start waiting.
     */
    private static final int ROUNDS = 50;

    private DryRun() {}

    static void of(Policy policy, Consumer<PolicyInput> call) {
        List<PolicyInput> inputs = inputs(policy);
        for (int round = 0; round < ROUNDS; round++) {
            inputs.forEach(call);
        }
    }

    /** With the policy's own standard arguments; one that a rule must give gets a value of its type. */
    public static List<PolicyInput> inputs(Policy policy) {
        Map<String, Object> args = arguments(policy);
        List<PolicyInput> inputs = new ArrayList<>();
        for (Trigger trigger : Trigger.values()) {
            inputs.add(input(trigger, SHARDS, args));
        }
        return inputs;
    }

    /** About a model of so many shards, of which the second is being read. */
    public static PolicyInput input(Trigger trigger, int shards, Map<String, Object> args) {
        List<FileView> files = new ArrayList<>();
        List<Shard> parts = new ArrayList<>();
        for (int i = 0; i < shards; i++) {
            String path = "/models/canned/model-%05d-of-%05d.safetensors".formatted(i + 1, shards);
            FileId id = new FileId(1, i);
            parts.add(new Shard(id, i, path, 5 * GIB));
            long frontier = i == 0 ? 5 * GIB : i == 1 ? GIB : 0;
            files.add(new FileView(
                    id,
                    i,
                    path,
                    5 * GIB,
                    i < 2,
                    i == 1,
                    frontier,
                    RangeSet.between(0, frontier),
                    RangeSet.between(0, i < 3 ? 5 * GIB : 0),
                    RangeSet.between(0, i == 0 ? GIB : 0),
                    i < 3 ? 5 * GIB : 0));
        }
        boolean ended = trigger == Trigger.CLOSE;
        boolean aboutAll = ended || trigger == Trigger.TICK || trigger == Trigger.PRESSURE;
        LoadView load = new LoadView(
                files, ended ? 0 : 1, ended, true, 4.5, 2.0 * GIB, 0, new AcceleratorView("nvidia0", 1), false, false);
        List<ModelView.ModelFile> modelFiles = files.stream()
                .map(file -> new ModelView.ModelFile(file.id(), file.sizeBytes(), file.residentBytes()))
                .toList();
        return new PolicyInput(
                trigger,
                aboutAll ? null : files.get(Math.min(1, shards - 1)),
                trigger == Trigger.MISS ? new ByteRange(GIB, GIB + 4096) : null,
                new Model("canned", Format.SAFETENSORS, parts),
                file -> new Layout(
                        Format.SAFETENSORS,
                        List.of(
                                new Tensor("model.embed_tokens.weight", new ByteRange(4096, GIB)),
                                new Tensor("model.layers.0.mlp.up_proj.weight", new ByteRange(GIB, 5 * GIB))),
                        4096,
                        2),
                load,
                List.of(new ModelView(
                        "canned", Format.SAFETENSORS, 5 * GIB * shards, 15 * GIB, !ended, 1.7e9, modelFiles)),
                host(),
                1.7e9 + 4.5,
                args,
                Map.of());
    }

    private static HostView host() {
        return new HostView(
                256 * GIB,
                100 * GIB,
                200 * GIB,
                new PressureView(0.5, 0.1),
                List.of(new NodeView(0, 128 * GIB, 40 * GIB, 60 * GIB), new NodeView(1, 128 * GIB, 60 * GIB, 40 * GIB)),
                false);
    }

    private static Map<String, Object> arguments(Policy policy) {
        Map<String, Object> args = new HashMap<>(policy.defaults());
        policy.arguments().forEach((name, argument) -> args.computeIfAbsent(name, missing -> sample(argument)));
        return Map.copyOf(args);
    }

    private static Object sample(Argument argument) {
        return switch (argument) {
            case Argument.Size ignored -> GIB;
            case Argument.Count ignored -> 1L;
            case Argument.Decimal ignored -> 0.5;
            case Argument.Flag ignored -> true;
            case Argument.Text ignored -> "text";
            case Argument.Choice choice -> choice.words().getFirst();
        };
    }
}
