package dev.nowake.agent.daemon;

import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.metrics.LoadsNow;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A lane's part of what metrics tell of loads: asked of its engine, one question at a time. Any thread. */
final class LoadsAnswer {
    private final Engine engine;
    private final Residents residents;
    private final LoadBook book;
    private CompletableFuture<LoadsNow> asked = CompletableFuture.completedFuture(LoadsNow.NONE);
    private volatile LoadsNow last = LoadsNow.NONE;

    LoadsAnswer(Engine engine, Residents residents, LoadBook book) {
        this.engine = engine;
        this.residents = residents;
        this.book = book;
    }

    /** An engine that has not answered yet is not asked again. */
    synchronized void ask() {
        if (asked.isDone()) {
            CompletableFuture<LoadsNow> answer = new CompletableFuture<>();
            asked = answer;
            engine.submit(() -> {
                try {
                    last = residents.now(book);
                } finally {
                    answer.complete(last);
                }
            });
        }
    }

    /** What was asked, or the last answer where there is none by the deadline. */
    LoadsNow get(long deadlineNanos) {
        CompletableFuture<LoadsNow> awaited;
        synchronized (this) {
            awaited = asked;
        }
        try {
            return awaited.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException busy) {
            return last;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return last;
        }
    }
}
