package dev.nowake.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * A file descriptor with exactly one owner. Whoever receives an {@code OpenFile} closes it; a held descriptor keeps a
 * filesystem from being unmounted. Closing twice is harmless.
 */
public final class OpenFile implements AutoCloseable {
    private final int fd;
    private final IntConsumer closer;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** For backends: {@code closer} is called once, with the descriptor. */
    public OpenFile(int fd, IntConsumer closer) {
        this.fd = fd;
        this.closer = closer;
    }

    /** The descriptor, for backends. Throws {@link IllegalStateException} after {@link #close}. */
    public int fd() {
        if (closed.get()) {
            throw new IllegalStateException("file descriptor " + fd + " used after close");
        }
        return fd;
    }

    public boolean isClosed() {
        return closed.get();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            closer.accept(fd);
        }
    }
}
