package dev.nowake.agent.decide;

import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import dev.nowake.policy.Argument;
import dev.nowake.policy.FileView;
import dev.nowake.policy.HostView;
import dev.nowake.policy.Layouts;
import dev.nowake.policy.LoadView;
import dev.nowake.policy.ModelView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One input for every trigger, as a policy meets them: a model of two shards that is being read. No file of it exists. */
final class CannedInputs {
    private static final long GIB = 1L << 30;

    private final Map<String, Object> args;

    private CannedInputs(Map<String, Object> args) {
        this.args = args;
    }

    /** With the policy's standard arguments; something of the right type where a rule must give one. */
    static List<PolicyInput> of(Policy policy) {
        Map<String, Object> args = new HashMap<>();
        policy.arguments().forEach((name, argument) -> args.put(name, value(argument)));
        CannedInputs canned = new CannedInputs(Map.copyOf(args));
        List<PolicyInput> inputs = new ArrayList<>();
        for (Trigger trigger : Trigger.values()) {
            boolean aboutFile = trigger != Trigger.TICK && trigger != Trigger.PRESSURE && trigger != Trigger.PROGRESS;
            inputs.add(canned.reading(trigger, aboutFile));
        }
        inputs.add(canned.ended());
        inputs.add(canned.idle(Trigger.TICK));
        inputs.add(canned.idle(Trigger.PRESSURE));
        return inputs;
    }

    private static Object value(Argument argument) {
        if (!argument.isRequired()) {
            return argument.standard();
        }
        return switch (argument) {
            case Argument.Size size -> GIB;
            case Argument.Count count -> 1L;
            case Argument.Decimal decimal -> 0.5;
            case Argument.Flag flag -> false;
            case Argument.Text text -> "";
            case Argument.Choice choice -> choice.words().getFirst();
        };
    }

    private PolicyInput reading(Trigger trigger, boolean aboutFile) {
        FileView file = file(0, true, GIB / 2);
        LoadView load = new LoadView(List.of(file, file(1, false, 0)), 1, false, true);
        ByteRange range = trigger == Trigger.MISS ? new ByteRange(GIB / 2, GIB / 2 + (2 << 20)) : null;
        return input(trigger, aboutFile ? file : null, range, model(), load);
    }

    private PolicyInput ended() {
        LoadView load = new LoadView(List.of(file(0, false, GIB), file(1, false, GIB)), 0, true, true);
        return input(Trigger.CLOSE, null, null, model(), load);
    }

    private PolicyInput idle(Trigger trigger) {
        return input(trigger, null, null, null, null);
    }

    private PolicyInput input(Trigger trigger, FileView file, ByteRange range, Model model, LoadView load) {
        ModelView known = new ModelView(
                "example",
                Format.SAFETENSORS,
                2 * GIB,
                GIB,
                load != null && !load.ended(),
                1,
                List.of(new ModelView.ModelFile(id(0), GIB, GIB), new ModelView.ModelFile(id(1), GIB, 0)));
        HostView host = new HostView(64 * GIB, 32 * GIB, 48 * GIB);
        return new PolicyInput(
                trigger, file, range, model, Layouts.NONE, load, List.of(known), host, 1, args, Map.of());
    }

    private static Model model() {
        return new Model(
                "example",
                Format.SAFETENSORS,
                List.of(
                        new Shard(id(0), 0, "model-00001-of-00002.safetensors", GIB),
                        new Shard(id(1), 1, "model-00002-of-00002.safetensors", GIB)));
    }

    private static FileId id(int shard) {
        return new FileId(1, shard + 1);
    }

    private static FileView file(int shard, boolean inUse, long frontier) {
        return new FileView(
                id(shard),
                shard,
                "/models/example/model-0000" + (shard + 1) + "-of-00002.safetensors",
                GIB,
                frontier > 0,
                inUse,
                frontier,
                RangeSet.between(0, frontier),
                RangeSet.between(0, frontier),
                RangeSet.EMPTY,
                frontier);
    }
}
