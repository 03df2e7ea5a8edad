package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.evict.DiskOutcome.Chosen;
import dev.nowake.model.FileId;
import dev.nowake.policy.Guard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Looks how the disk stands, asks the policy, and has done what it says until there is room. For one thread. */
final class RoomMaker {
    /** What a policy chose may have been opened meanwhile, or fail: it is asked again about the others. */
    private static final int MAX_ROUNDS = 4;

    private final DiskBudget budget;
    private final MirrorViews views;
    private final DiskPolicy policy;
    private final DiskEviction eviction;
    private final BooleanSupplier acts;

    /** {@code acts}: false where nothing may be touched, and it is only told what would go. */
    RoomMaker(DiskBudget budget, MirrorViews views, DiskPolicy policy, DiskEviction eviction, BooleanSupplier acts) {
        this.budget = budget;
        this.views = views;
        this.policy = policy;
        this.eviction = eviction;
        this.acts = acts;
    }

    /** @throws IOException the disk cannot be looked at; nothing was done, or not all that was to be done */
    DiskOutcome make(long neededBytes) throws IOException, InterruptedException {
        long began = System.nanoTime();
        DiskStanding before = budget.look();
        if (before.excessBytes(neededBytes) == 0) {
            return DiskOutcome.nothing(before, neededBytes);
        }
        Run run = new Run(before, neededBytes, acts.getAsBoolean());
        for (int round = 0; round < MAX_ROUNDS && run.round(); round++) {
            // until there is room, or nothing more goes
        }
        return run.outcome((System.nanoTime() - began) / 1e9);
    }

    /** One need for room, from the first look to the last. */
    private final class Run {
        private final DiskStanding before;
        private final long neededBytes;
        private final boolean enforced;
        private final List<Chosen> chosen = new ArrayList<>();

        private final List<String> refused = new ArrayList<>();
        private final Map<String, String> failed = new LinkedHashMap<>();

        /** First files of models that could not be evicted. */
        private final Set<FileId> stayed = new HashSet<>();

        private DiskStanding now;
        private MirrorViews.Seen seen;
        private String decidedBy = "";

        Run(DiskStanding before, long neededBytes, boolean enforced) {
            this.before = before;
            this.now = before;
            this.neededBytes = neededBytes;
            this.enforced = enforced;
        }

        /** Whether another round may help. */
        boolean round() throws IOException, InterruptedException {
            seen = views.of(now, neededBytes).without(stayed);
            DiskPolicy.Answer answer = policy.ask(seen.view());
            decidedBy = answer.policy();
            refused.addAll(answer.refused());
            boolean another = false;
            for (Guard.FromDisk step : answer.evictions()) {
                if (!enforced) {
                    chosen.add(new Chosen(step.model(), step.reason(), null));
                    continue;
                }
                ModelOutcome outcome = eviction.evict(seen.model(step.model()));
                chosen.add(new Chosen(step.model(), step.reason(), outcome));
                if (!outcome.isGone()) {
                    failed.put(step.model().name(), outcome.why());
                    stayed.add(step.model().files().getFirst().id());
                    another = true;
                }
                now = budget.look();
                if (now.excessBytes(neededBytes) == 0) {
                    return false; // it has given more than was known, or others gave some
                }
            }
            return another;
        }

        DiskOutcome outcome(double seconds) {
            long missing = now.excessBytes(neededBytes);
            if (!enforced) {
                long would = chosen.stream()
                        .mapToLong(each -> each.model().onDiskBytes())
                        .sum();
                missing = Math.max(0, missing - would);
            }
            String why =
                    missing == 0 ? "" : Shortfall.of(views.of(now, neededBytes).view(), decidedBy, failed);
            return new DiskOutcome(
                    before, neededBytes, enforced, decidedBy, null, chosen, refused, missing, why, seconds);
        }
    }
}
