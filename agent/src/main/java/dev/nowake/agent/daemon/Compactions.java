package dev.nowake.agent.daemon;

import dev.nowake.agent.decide.Plan;
import dev.nowake.agent.execute.Compactor;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.Kernel;
import dev.nowake.policy.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Free memory that policies want brought together. Shared by all lanes: the host has one memory. Any thread. */
final class Compactions {
    /** In observe mode, where nothing changes and the same is wanted at every look, it is told this seldom. */
    private static final long TOLD_NANOS = 10_000_000_000L;

    private final Compactor compactor;
    private final boolean able;
    private final Counters counters;
    private final Journal journal;
    private final AtomicLong tellNanos = new AtomicLong(System.nanoTime());

    Compactions(Kernel kernel, Path procRoot, Counters counters, Journal journal) {
        this.compactor = new Compactor(kernel.nodeMemory(), procRoot, System::nanoTime);
        this.able = kernel.features().has(Feature.COMPACTION);
        this.counters = counters;
        this.journal = journal;
    }

    /**
     * Has it begun, or only tells of it where {@code enforced} is false; its other steps are not looked at.
     *
     * @return what is to be done, for the journal; what comes too soon after the last one is left out
     */
    List<Object> carryOut(boolean enforced, Plan plan) {
        List<Object> described = new ArrayList<>();
        for (Step.Compact step : plan.compactions()) {
            boolean due = enforced
                    ? able && compactor.begin(step.node(), outcome -> compacted(outcome, step.reason()))
                    : isDueToTell();
            if (due) {
                described.add(describe(step));
            }
        }
        return described;
    }

    private boolean isDueToTell() {
        long due = tellNanos.get();
        long now = System.nanoTime();
        return now - due >= 0 && tellNanos.compareAndSet(due, now + TOLD_NANOS);
    }

    /** The compacting thread. */
    private void compacted(Compactor.Outcome outcome, String reason) {
        if (outcome.refused() == null) {
            counters.increment(Counter.COMPACTIONS);
            counters.add(Counter.COMPACTED_BYTES, outcome.gainedBytes());
        } else {
            counters.increment(Counter.ERRORS);
        }
        journal.line(LineKind.COMPACTION)
                .put("node", outcome.node() == Step.Compact.ALL_NODES ? null : outcome.node())
                .put("seconds", outcome.seconds())
                .put("blockBytesBefore", outcome.beforeBytes() < 0 ? null : outcome.beforeBytes())
                .put("blockBytesAfter", outcome.afterBytes() < 0 ? null : outcome.afterBytes())
                .put(
                        "failure",
                        outcome.refused() == null ? null : outcome.refused().getMessage() + "; not asked for again")
                .put("reason", reason)
                .log();
    }

    static Map<String, Object> describe(Step.Compact step) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("action", "compact");
        described.put("node", step.node() == Step.Compact.ALL_NODES ? null : step.node());
        described.put("reason", step.reason());
        return described;
    }
}
