package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.evict.DiskOutcome.Chosen;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Tells the journal of a mirror's disk. What stays the same is told once. For one thread. */
final class DiskNews {
    private final String mirror;
    private final Counters counters;
    private final Journal journal;
    private List<Object> told = List.of();

    DiskNews(String mirror, Counters counters, Journal journal) {
        this.mirror = mirror;
        this.counters = counters;
        this.journal = journal;
    }

    void tell(DiskOutcome outcome) {
        boolean nothing = outcome.models().isEmpty() && outcome.missingBytes() == 0;
        List<Object> news = nothing
                ? List.of()
                : List.of(
                        outcome.enforced(),
                        names(outcome),
                        outcome.missingBytes() > 0,
                        Objects.requireNonNullElse(outcome.by(), ""));
        boolean repeats = news.equals(told) && outcome.freedBytes() == 0;
        told = news;
        if (!nothing && !repeats) {
            line(outcome);
        }
    }

    private void line(DiskOutcome outcome) {
        journal.line(LineKind.DISK)
                .put("mirror", mirror)
                .put("mode", outcome.enforced() ? "enforce" : "observe")
                .put("policy", outcome.policy())
                .put("by", outcome.by())
                .put("budgetBytes", outcome.before().budgetBytes())
                .put("usedBytes", outcome.before().usedBytes())
                .put("freeBytes", outcome.before().freeBytes())
                .put("reserveBytes", outcome.before().reserveBytes())
                .put("neededBytes", outcome.neededBytes() > 0 ? outcome.neededBytes() : null)
                .put("evictedBytes", outcome.enforced() ? outcome.freedBytes() : null)
                .put("evicted", evicted(outcome))
                .put("stayed", stayed(outcome))
                .put("refused", outcome.refused().isEmpty() ? null : outcome.refused())
                .put("missingBytes", outcome.missingBytes() > 0 ? outcome.missingBytes() : null)
                .put("reason", outcome.why().isEmpty() ? null : outcome.why())
                .put("seconds", outcome.seconds())
                .log();
    }

    /** Those that went, or would go. */
    private static List<Object> evicted(DiskOutcome outcome) {
        List<Object> evicted = new ArrayList<>();
        for (Chosen chosen : outcome.models()) {
            if (chosen.outcome() == null || chosen.isGone()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("model", chosen.model().name());
                one.put(
                        "bytes",
                        chosen.outcome() == null
                                ? chosen.model().onDiskBytes()
                                : chosen.outcome().freedBytes());
                one.put("reason", chosen.reason());
                evicted.add(one);
            }
        }
        return evicted;
    }

    /** Null where all went. */
    private static List<Object> stayed(DiskOutcome outcome) {
        List<Object> stayed = new ArrayList<>();
        for (Chosen chosen : outcome.models()) {
            if (chosen.outcome() != null && !chosen.isGone()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("model", chosen.model().name());
                one.put("reason", chosen.outcome().why());
                stayed.add(one);
            }
        }
        return stayed.isEmpty() ? null : stayed;
    }

    private static List<String> names(DiskOutcome outcome) {
        return outcome.models().stream().map(chosen -> chosen.model().name()).toList();
    }

    /** The disk could not be looked at, or what is to outlive a restart not written. */
    void failed(String reason) {
        counters.increment(Counter.ERRORS);
        List<Object> news = List.of(reason);
        if (!news.equals(told)) {
            told = news;
            journal.line(LineKind.ERROR)
                    .put("reason", "mirror " + mirror + ": " + reason)
                    .log();
        }
    }

    void warn(String reason) {
        journal.line(LineKind.WARNING).put("reason", reason).log();
    }
}
