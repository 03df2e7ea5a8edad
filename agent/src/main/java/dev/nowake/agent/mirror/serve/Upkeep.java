package dev.nowake.agent.mirror.serve;

import java.time.Duration;

/** Looks after what others may have taken away while the mirror is served. A thread of its own, which waits for nobody else. */
final class Upkeep implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Runnable look;
    private final Thread thread;

    /** @param look must not wait for the remote */
    Upkeep(String name, Runnable look) {
        this.look = look;
        this.thread = Thread.ofPlatform().name("upkeep-" + name).daemon().start(this::run);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(PAUSE);
                look.run();
            }
        } catch (InterruptedException ended) {
            // the mirror closes
        }
    }

    /** A look that is under way ends first. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(1_000);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
