package dev.nowake.agent.daemon;

import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What policies asked to keep, and what an operator did: no eviction touches it as long as it holds, whoever asks for it. Nothing is locked in
 * memory; the kernel may still reclaim it. Belongs to the engine's thread.
 */
final class Keeps {
    /** Of one file; the oldest goes when a policy asks for more. */
    private static final int MAX_PER_FILE = 64;

    /** {@code untilSeconds}: of the steady clock. */
    private record Kept(RangeSet range, Step.Hold hold, double untilSeconds) {}

    private static final RangeSet ALL = RangeSet.between(0, Long.MAX_VALUE);

    private final Clocks clocks;
    private final Map<FileId, List<Kept>> kept = new HashMap<>();
    private final Predicate<FileId> byOperator;

    /** {@code byOperator}: files an operator wants kept, whole. */
    Keeps(Clocks clocks, Predicate<FileId> byOperator) {
        this.clocks = clocks;
        this.byOperator = byOperator;
    }

    /** No policy asked for that. Any thread. */
    boolean isByOperator(FileId file) {
        return byOperator.test(file);
    }

    Keeps(Clocks clocks) {
        this(clocks, file -> false);
    }

    /** Returns whether it says anything new: policies say the same every ten seconds. */
    boolean add(Step.Keep step, RangeSet range) {
        List<Kept> ofFile = kept.computeIfAbsent(step.file(), id -> new ArrayList<>());
        boolean news = ofFile.stream()
                .noneMatch(known -> known.hold() == step.hold()
                        && range.minus(known.range()).isEmpty());
        Kept wanted = new Kept(range, step.hold(), clocks.steadyAt(step.untilSeconds()));
        ofFile.removeIf(known -> known.hold() == wanted.hold()
                && (known.hold() != Step.Hold.TIME || known.untilSeconds() <= wanted.untilSeconds())
                && known.range().minus(range).isEmpty());
        ofFile.add(wanted);
        if (ofFile.size() > MAX_PER_FILE) {
            ofFile.removeFirst();
        }
        return news;
    }

    /** Memory runs short: what was to be kept while it does not is free to go. */
    void pressed() {
        drop(known -> known.hold() == Step.Hold.CALM);
    }

    /** The bytes of the file that must stay now. */
    RangeSet of(FileId file, boolean inUse) {
        return isByOperator(file) ? ALL : byPolicies(file, inUse);
    }

    /** Those of them that policies want kept. */
    RangeSet byPolicies(FileId file, boolean inUse) {
        List<Kept> ofFile = kept.get(file);
        if (ofFile == null) {
            return RangeSet.EMPTY;
        }
        double now = clocks.steadySeconds();
        ofFile.removeIf(known -> known.hold() == Step.Hold.TIME && known.untilSeconds() <= now);
        ofFile.removeIf(known -> known.hold() == Step.Hold.OPEN && !inUse);
        if (ofFile.isEmpty()) {
            kept.remove(file);
        }
        RangeSet all = RangeSet.EMPTY;
        for (Kept known : ofFile) {
            all = all.union(known.range());
        }
        return all;
    }

    private void drop(Predicate<Kept> which) {
        kept.values().forEach(ofFile -> ofFile.removeIf(which));
        kept.values().removeIf(List::isEmpty);
    }
}
