package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.model.FileId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What earlier daemons were asked and did not come to answer: by number, and where it is written down, for what. */
final class Heritage {
    private final PermissionGroup group;
    private final Unanswered unanswered;
    private final Map<Integer, List<Unanswered.Waiting>> known;

    Heritage(PermissionGroup group, Unanswered unanswered) {
        this.group = group;
        this.unanswered = unanswered;
        this.known = unanswered.inherited().stream().collect(Collectors.groupingBy(Unanswered.Waiting::event));
    }

    /** Files somebody waited for, as they were written down. */
    List<FileId> files() {
        return known.values().stream()
                .flatMap(List::stream)
                .map(Unanswered.Waiting::file)
                .distinct()
                .toList();
    }

    /** The group in which somebody waited is gone, and he has gone on. */
    void giveUp() {
        known.values().forEach(waiting -> waiting.forEach(one -> unanswered.remove(one.slot())));
        known.clear();
    }

    /** EIO to those of whom nothing is known but a number below the given one; returns how many there were. */
    int refuseUnknown(int numbers) {
        known.keySet().forEach(group::inherit);
        int refused = 0;
        for (int event = 0; event < numbers; event++) {
            if (!known.containsKey(event) && group.answerInherited(event, Errno.EIO)) {
                refused++;
            }
        }
        return refused;
    }

    /**
     * Brings what the others wait for, and answers them then. Where a number was noted twice, both ranges.
     *
     * @param mayAnswer asked before each answer; who gets none stays written down
     * @param refused run for each that gets an error
     */
    void answer(
            Function<FileId, Twin> twins,
            Function<Twin, CompletableFuture<Void>> opens,
            Fills fills,
            BooleanSupplier mayAnswer,
            Runnable refused) {
        known.forEach((event, waiting) -> {
            CompletableFuture<?>[] needs = waiting.stream()
                    .map(one -> needed(one, twins, opens, fills))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(needs).whenComplete((done, failure) -> {
                if (!mayAnswer.getAsBoolean()) {
                    return;
                }
                Errno errno = failure == null ? null : FillFailure.errnoOf(failure);
                if (group.answerInherited(event, errno) && errno != null) {
                    refused.run();
                }
                waiting.forEach(one -> unanswered.remove(one.slot()));
            });
        });
    }

    private static CompletableFuture<Void> needed(
            Unanswered.Waiting waiting,
            Function<FileId, Twin> twins,
            Function<Twin, CompletableFuture<Void>> opens,
            Fills fills) {
        Twin twin = twins.apply(waiting.file());
        if (twin == null) {
            return CompletableFuture.failedFuture(new FillFailure(Errno.EIO, "no file of this mirror any more", null));
        }
        if (waiting.range() == null) {
            return opens.apply(twin);
        }
        boolean there = twin.missing(waiting.range()).isEmpty();
        return there ? CompletableFuture.completedFuture(null) : fills.need(twin, waiting.range());
    }
}
