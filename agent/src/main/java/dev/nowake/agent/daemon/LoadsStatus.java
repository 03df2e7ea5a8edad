package dev.nowake.agent.daemon;

import dev.nowake.model.FileId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A lane's part of {@code status}: its loads, asked of its engine at every question. Any thread. */
final class LoadsStatus {
    private final Parts parts;
    private final Predicate<FileId> isKept;
    private volatile List<Object> last = List.of();
    private volatile CompletableFuture<List<Object>> unanswered;

    LoadsStatus(Parts parts, Predicate<FileId> isKept) {
        this.parts = parts;
        this.isKept = isKept;
    }

    /** {@link #get} waits for it. */
    CompletableFuture<List<Object>> ask() {
        CompletableFuture<List<Object>> answer = new CompletableFuture<>();
        parts.engine().submit(() -> answer.complete(StatusDocument.loads(parts.book(), parts.procRoot(), isKept)));
        return answer;
    }

    /** What was asked, or the last answer of a lane that does not answer by the deadline: its server hangs. */
    List<Object> get(CompletableFuture<List<Object>> asked, long deadlineNanos) {
        CompletableFuture<List<Object>> late = unanswered;
        boolean hangs = late != null && !late.isDone(); // who asks now need not wait to find that out again
        try {
            last = asked.get(hangs ? 0 : Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException busy) {
            unanswered = hangs ? late : asked;
            return last;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return last;
    }
}
