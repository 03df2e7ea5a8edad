package dev.nowake.policy;

import dev.nowake.model.ByteRange;
import dev.nowake.model.Model;
import java.util.List;
import java.util.Map;

/**
 * All a policy may know. Immutable.
 *
 * @param file the shard the trigger is about; null for TICK, PRESSURE, DISK and the end of the load
 * @param range what was missed; null unless the trigger is MISS
 * @param model the load's; null where the trigger is about no load (DISK; TICK and PRESSURE on an idle host)
 * @param load null where model is
 * @param models every model below the same roots, the load's own included; none for DISK
 * @param timeSeconds unix time
 * @param args the rule's arguments, validated against {@link Policy#arguments}
 * @param state what the policy last asked to {@link Step.Remember}
 * @param mirror whose disk needs room; null unless the trigger is DISK
 */
public record PolicyInput(
        Trigger trigger,
        FileView file,
        ByteRange range,
        Model model,
        Layouts layouts,
        LoadView load,
        List<ModelView> models,
        HostView host,
        double timeSeconds,
        Map<String, Object> args,
        Map<String, Object> state,
        MirrorView mirror) {
    /** About no mirror. */
    public PolicyInput(
            Trigger trigger,
            FileView file,
            ByteRange range,
            Model model,
            Layouts layouts,
            LoadView load,
            List<ModelView> models,
            HostView host,
            double timeSeconds,
            Map<String, Object> args,
            Map<String, Object> state) {
        this(trigger, file, range, model, layouts, load, models, host, timeSeconds, args, state, null);
    }

    /** About a mirror's disk. */
    public static PolicyInput ofDisk(
            MirrorView mirror, HostView host, double timeSeconds, Map<String, Object> args, Map<String, Object> state) {
        return new PolicyInput(
                Trigger.DISK, null, null, null, Layouts.NONE, null, List.of(), host, timeSeconds, args, state, mirror);
    }

    /** About one load, where no more is known. */
    public PolicyInput(
            Trigger trigger, FileView file, Model model, LoadView load, HostView host, Map<String, Object> args) {
        this(trigger, file, null, model, Layouts.NONE, load, List.of(), host, 0, args, Map.of());
    }

    /** The same with the policy's own state. */
    public PolicyInput withState(Map<String, Object> remembered) {
        return new PolicyInput(
                trigger, file, range, model, layouts, load, models, host, timeSeconds, args, remembered, mirror);
    }

    /** The same with the arguments of another policy, which stands in. */
    public PolicyInput withArgs(Map<String, Object> others) {
        return new PolicyInput(
                trigger, file, range, model, layouts, load, models, host, timeSeconds, others, state, mirror);
    }
}
