package dev.nowake.agent.mirror.gate;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.PermissionGroup;
import java.util.function.Consumer;

/** The thread that takes a group's questions and hands each on, whatever goes wrong, until the group is closed. Any thread. */
final class Questions implements AutoCloseable {
    private static final int IDLE_MILLIS = 5_000;
    private static final int BATCH = 64;

    /** What is done before the thread waits for the next. */
    interface Turn {
        void begin() throws KernelException;
    }

    private final PermissionGroup group;
    private final Turn turn;
    private final PermissionGroup.Sink sink;
    private final Consumer<Throwable> broken;
    private final Thread thread;
    private volatile long lastTurn = System.nanoTime();
    private volatile boolean closed;

    /**
     * @param sink has answered, or will, whatever it throws
     * @param broken is told of what it threw
     */
    Questions(String name, PermissionGroup group, Turn turn, PermissionGroup.Sink sink, Consumer<Throwable> broken) {
        this.group = group;
        this.turn = turn;
        this.sink = sink;
        this.broken = broken;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                turn.begin();
                group.read(IDLE_MILLIS, BATCH, sink);
                lastTurn = System.nanoTime();
            } catch (KernelException refusal) {
                if (closed || refusal.errno().equals(Errno.EBADF)) {
                    return;
                }
                pauseBriefly(); // out of descriptors or memory: the kernel has said no itself where it had to
            } catch (RuntimeException | Error thrown) {
                broken.accept(thrown);
                pauseBriefly();
            }
        }
    }

    private static void pauseBriefly() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nanoseconds since the thread last went round; it does every 5 s at least, unless it hangs or has ended. */
    long sinceLastTurn() {
        boolean ended = thread.getState() == Thread.State.TERMINATED && !closed;
        return ended ? Long.MAX_VALUE : System.nanoTime() - lastTurn;
    }

    /** Closes the group at once, whatever hangs. */
    void abandon() {
        closed = true;
        group.abandon();
    }

    /** Ends the thread, and closes this process's descriptor of the group. */
    @Override
    public void close() {
        closed = true;
        group.wake();
        try {
            thread.join(1_000);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        group.close();
    }
}
