package dev.nowake.policy.builtin;

import dev.nowake.policy.MirrorView;
import dev.nowake.policy.MirroredModelView;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Evicts whole models from a mirror's disk, least recently loaded first, and stops as soon as there is room. Of those loaded
 * at the same time the largest goes first, because then fewer go.
 */
public final class MirrorLruPolicy implements Policy {
    public static final String NAME = "mirror-lru";

    private static final Comparator<MirroredModelView> ORDER = Comparator.comparingDouble(
                    MirroredModelView::lastLoadedSeconds)
            .thenComparing(
                    Comparator.comparingLong(MirroredModelView::onDiskBytes).reversed())
            .thenComparing(MirroredModelView::name);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "evicts the models least recently loaded from a mirror's disk until there is room";
    }

    @Override
    public List<Step> evict(PolicyInput input) {
        if (input.trigger() != Trigger.DISK || input.mirror() == null) {
            return List.of();
        }
        List<MirroredModelView> candidates = input.mirror().models().stream()
                .filter(model -> model.staysBecause() == null && model.onDiskBytes() > 0)
                .sorted(ORDER)
                .toList();
        long excess = worthwhile(input.mirror(), candidates);
        List<Step> steps = new ArrayList<>();
        for (MirroredModelView model : candidates) {
            if (excess <= 0) {
                break;
            }
            steps.add(Step.EvictFromDisk.ofFile(
                    model.files().getFirst().id(),
                    model.lastLoadedSeconds() > 0 ? "least recently loaded" : "never loaded"));
            excess -= model.onDiskBytes();
        }
        return steps;
    }

    /**
     * What to free. What is needed and would not fit though all others went is not worth them: the disk is only brought
     * back within its limits then.
     */
    private static long worthwhile(MirrorView mirror, List<MirroredModelView> candidates) {
        long excess = mirror.excessBytes();
        for (MirroredModelView model : candidates) {
            excess -= Math.min(excess, model.onDiskBytes());
        }
        return excess > 0 ? mirror.excessBytes(0) : mirror.excessBytes();
    }
}
