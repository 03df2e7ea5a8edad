package dev.nowake.agent.mirror.gate;

/** An access that waits for its answer. Known by identity. */
final class Hold {
    private final int event;
    private final int slot;
    private final long sinceNanos = System.nanoTime();

    /** @param slot where it is written down; -1 for nowhere */
    Hold(int event, int slot) {
        this.event = event;
        this.slot = slot;
    }

    int event() {
        return event;
    }

    int slot() {
        return slot;
    }

    long sinceNanos() {
        return sinceNanos;
    }
}
