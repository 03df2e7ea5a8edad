package dev.nowake.agent.execute;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** The files of one job in the order they were added, and the chunks they are cut into. */
final class FileQueue {
    private final Kernel kernel;
    private final Consumer<FileWork> ended;

    /** Held while a thread plans chunks, which makes system calls; never taken while {@link #state} is held. */
    private final ReentrantLock planning = new ReentrantLock();

    private final ReentrantLock state;
    private final ArrayDeque<FileWork> files = new ArrayDeque<>();
    private volatile boolean closed;

    /**
     * {@code state}: the job's lock, so that "empty" and what the job has in flight are seen together. {@code ended} is told
     * once for each begin() of a file's tally, without the lock.
     */
    FileQueue(Kernel kernel, ReentrantLock state, Consumer<FileWork> ended) {
        this.kernel = kernel;
        this.state = state;
        this.ended = ended;
    }

    /** The caller holds the job's lock. */
    void add(FileWork work) {
        files.addLast(work);
    }

    /** The caller holds the job's lock. */
    boolean isEmpty() {
        return files.isEmpty();
    }

    /** Where the next chunk's pages are to lie. The caller holds the job's lock; there is work. */
    Placement placement() {
        return files.getFirst().placement();
    }

    /** Gives no chunk from now on; the caller holds the job's lock, and ends the files returned when it has let it go. */
    List<FileWork> close() {
        closed = true;
        List<FileWork> dropped = List.copyOf(files);
        files.clear();
        return dropped;
    }

    /** The next chunk, counted in its file's tally; null when there is none any more. Without the job's lock. */
    Chunk next() {
        while (true) {
            FileWork head = reserve();
            if (head == null) {
                return null;
            }
            Chunk chunk = null;
            try {
                chunk = plan(head);
            } finally {
                if (chunk == null) {
                    ended.accept(head);
                }
            }
            if (chunk != null) {
                return chunk;
            }
        }
    }

    /** The file to plan from, with a chunk counted for it in advance, so that it is not taken for done. */
    private FileWork reserve() {
        state.lock();
        try {
            FileWork head = files.peekFirst();
            if (head != null) {
                head.tally().begin();
            }
            return head;
        } finally {
            state.unlock();
        }
    }

    private Chunk plan(FileWork head) {
        planning.lock();
        try {
            Chunk chunk = closed ? null : head.next(kernel);
            if (chunk == null) {
                remove(head);
            }
            return chunk;
        } catch (KernelException | RuntimeException | Error thrown) {
            head.tally().failed(Failure.errnoOf(thrown));
        } finally {
            planning.unlock();
        }
        remove(head);
        return null;
    }

    private void remove(FileWork work) {
        boolean removed;
        state.lock();
        try {
            removed = files.remove(work);
        } finally {
            state.unlock();
        }
        if (removed) {
            ended.accept(work);
        }
    }
}
