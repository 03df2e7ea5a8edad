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
import java.util.function.Function;
import java.util.stream.Collectors;

/** What an earlier daemon was asked and did not come to answer: by number, and where it is written down, for what. */
final class Heritage {
    private final PermissionGroup group;
    private final Map<Integer, List<Unanswered.Waiting>> known;

    Heritage(PermissionGroup group, List<Unanswered.Waiting> waiting) {
        this.group = group;
        this.known = waiting.stream().collect(Collectors.groupingBy(Unanswered.Waiting::event));
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

    /** Brings what the others wait for, and answers them then. Where a number was noted twice, both ranges. */
    void answer(Function<FileId, Twin> twins, Fills fills, Runnable refused) {
        known.forEach((event, waiting) -> {
            CompletableFuture<?>[] needs =
                    waiting.stream().map(one -> needed(one, twins, fills)).toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(needs).whenComplete((done, failure) -> {
                Errno errno = failure == null ? null : FillFailure.errnoOf(failure);
                if (group.answerInherited(event, errno) && errno != null) {
                    refused.run();
                }
            });
        });
    }

    private static CompletableFuture<Void> needed(
            Unanswered.Waiting waiting, Function<FileId, Twin> twins, Fills fills) {
        Twin twin = twins.apply(waiting.file());
        if (twin == null) {
            return CompletableFuture.failedFuture(new FillFailure(Errno.EIO, "no file of this mirror any more", null));
        }
        boolean there = twin.missing(waiting.range()).isEmpty();
        return there ? CompletableFuture.completedFuture(null) : fills.need(twin, waiting.range());
    }
}
