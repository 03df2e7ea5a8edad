package dev.nowake.agent.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Something that ought to return at once, and is not waited for where it does not. */
final class Deadline {
    private Deadline() {}

    /**
     * What {@code look} says, on a thread of its own, which is left alone where it takes longer.
     *
     * @param otherwise what is said then
     */
    static <T> T within(long millis, Supplier<T> look, T otherwise) throws InterruptedException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.ofPlatform().name("nowake-look").daemon().start(() -> {
            try {
                answer.complete(look.get());
            } catch (RuntimeException | Error broken) {
                answer.completeExceptionally(broken);
            }
        });
        try {
            return answer.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException silent) {
            return otherwise;
        } catch (ExecutionException broken) {
            throw new IllegalStateException(broken.getCause());
        }
    }
}
