package dev.nowake.agent.daemon;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A look at something that may hang, such as a disk: on a thread of its own, one at a time. Who asks waits as long as he likes,
 * and has the look before where there is no newer one. Any thread.
 */
final class SlowLook<T> {
    /** {@code value}: null where nothing was ever seen. {@code isLate}: this is not the look that was asked for. */
    record Seen<T>(T value, double agoSeconds, boolean isLate) {}

    private record Kept<T>(T value, long nanos) {}

    private final Supplier<T> look;
    private volatile Kept<T> last;
    private CompletableFuture<Kept<T>> asked;

    SlowLook(Supplier<T> look) {
        this.look = look;
    }

    /** Looks, unless a look is under way. */
    synchronized void ask() {
        if (asked == null || asked.isDone()) {
            CompletableFuture<Kept<T>> answer = new CompletableFuture<>();
            asked = answer;
            Thread.ofPlatform().name("nowake-mirror-look").daemon().start(() -> look(answer));
        }
    }

    private void look(CompletableFuture<Kept<T>> answer) {
        try {
            last = new Kept<>(look.get(), System.nanoTime());
            answer.complete(last);
        } catch (RuntimeException failed) {
            answer.completeExceptionally(failed);
        }
    }

    /** What {@link #ask} has asked for, as far as it is there by the deadline. */
    Seen<T> get(long deadlineNanos) {
        CompletableFuture<Kept<T>> awaited;
        synchronized (this) {
            awaited = asked;
        }
        try {
            long patience = Math.max(0, deadlineNanos - System.nanoTime());
            return new Seen<>(awaited.get(patience, TimeUnit.NANOSECONDS).value(), 0, false);
        } catch (TimeoutException | ExecutionException silent) {
            return former();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return former();
        }
    }

    private Seen<T> former() {
        Kept<T> known = last;
        return known == null
                ? new Seen<>(null, 0, true)
                : new Seen<>(known.value(), (System.nanoTime() - known.nanos()) / 1e9, true);
    }
}
