package dev.nowake.agent.mirror.fill;

/** The closing of descriptors, which waits for a remote that hangs as every call does. */
final class Closing extends Work {
    private final Runnable close;

    Closing(Runnable close, FillSettings settings, long nowNanos) {
        super(settings, nowNanos);
        this.close = close;
    }

    void run() {
        close.run();
    }
}
