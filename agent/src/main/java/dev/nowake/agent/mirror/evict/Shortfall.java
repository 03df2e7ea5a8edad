package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.observe.Amounts;
import dev.nowake.policy.MirrorView;
import dev.nowake.policy.MirroredModelView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Why there is not enough room on a mirror's disk: one line for people. */
final class Shortfall {
    private static final int SHOWN_NAMES = 3;

    private Shortfall() {}

    /**
     * @param view as the policy saw it last
     * @param failed models that were to go and could not, with why
     */
    static String of(MirrorView view, String policy, Map<String, String> failed) {
        List<String> parts = new ArrayList<>();
        if (view.neededBytes() > view.budgetBytes()) {
            parts.add(Amounts.bytes(view.neededBytes()) + " are more than the budget of "
                    + Amounts.bytes(view.budgetBytes()));
        }
        Map<String, List<MirroredModelView>> staying = new LinkedHashMap<>();
        List<MirroredModelView> free = new ArrayList<>();
        for (MirroredModelView model : view.models()) {
            if (model.onDiskBytes() == 0) {
                continue;
            }
            if (model.staysBecause() != null) {
                staying.computeIfAbsent(model.staysBecause(), why -> new ArrayList<>())
                        .add(model);
            } else if (!failed.containsKey(model.name())) {
                free.add(model);
            }
        }
        staying.forEach((why, models) -> parts.add(are(models, why)));
        failed.forEach((model, why) -> parts.add(model + " stayed, " + why));
        if (!free.isEmpty()) {
            parts.add(policy + " leaves " + names(free) + " there");
        }
        long others = view.usedBytes() + view.neededBytes() <= view.budgetBytes() ? view.usedBytes() : -1;
        if (others >= 0) {
            parts.add("others fill the disk: the mirror has " + Amounts.bytes(others) + " of it, "
                    + Amounts.bytes(view.freeBytes()) + " are free and " + Amounts.bytes(view.reserveBytes())
                    + " are to stay so");
        }
        return parts.isEmpty() ? "nothing of the mirror is on the disk" : String.join("; ", parts);
    }

    private static String are(List<MirroredModelView> models, String why) {
        return names(models) + (models.size() == 1 ? " is " : " are ") + why;
    }

    private static String names(List<MirroredModelView> models) {
        List<String> names = new ArrayList<>();
        models.stream().limit(SHOWN_NAMES).forEach(model -> names.add(model.name()));
        int more = models.size() - names.size();
        return String.join(", ", names) + (more > 0 ? " and " + more + " more" : "");
    }
}
