package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileSpace;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.PermissionGroup.Request;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Answers the kernel for the incomplete files of one mirror: lets an access through when its bytes are written, makes it
 * fail when they cannot come. One thread of its own takes the questions; answers are given by whoever brings the bytes.
 * At capacity it takes no more questions until answers have gone out; it never says no for want of room.
 */
public final class Gate implements AutoCloseable {
    private static final int IDLE_MILLIS = 5_000;
    private static final int EARLY_MILLIS = 10;

    private final PermissionGroup group;
    private final long mask;
    private final FileAccess files;
    private final FileSpace space;
    private final Fills fills;
    private final Unanswered unanswered;
    private final Heritage heritage;
    private final int ownPid;
    private final Map<FileId, Twin> twins = new ConcurrentHashMap<>();
    private final Set<Hold> holds = ConcurrentHashMap.newKeySet();
    private final AskedFiles asked;
    private final Semaphore room;
    private final LongAdder passed = new LongAdder();
    private final LongAdder held = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Thread thread;

    /** One that waits, by identity. */
    private static final class Hold {
        private final Twin twin;
        private final int event;
        private final int slot;
        private final long since = System.nanoTime();

        private Hold(Twin twin, int event, int slot) {
            this.twin = twin;
            this.event = event;
            this.slot = slot;
        }
    }

    /** Asked before {@link #open}; the thread's own. */
    private record Early(int event, Request request) {}

    private final Queue<Early> early = new ArrayDeque<>();
    private volatile boolean ready;
    private volatile long lastTurn = System.nanoTime();
    private volatile boolean closed;
    private volatile boolean tripped;

    /**
     * @param mask {@link PermissionGroup#ACCESS}, or {@link PermissionGroup#OPEN} where the kernel or filesystem has no
     *     other: an open then waits for the whole file
     * @param capacity accesses that may wait at once, each with a descriptor
     */
    Gate(
            String name,
            PermissionGroup group,
            long mask,
            Kernel kernel,
            Fills fills,
            Unanswered unanswered,
            int capacity) {
        this.group = group;
        this.mask = mask;
        this.files = kernel.files();
        this.space = kernel.fileSpace();
        this.asked = new AskedFiles(group, kernel);
        this.fills = fills;
        this.unanswered = unanswered;
        this.heritage = new Heritage(group, unanswered.inherited());
        this.room = new Semaphore(capacity);
        this.ownPid = (int) ProcessHandle.current().pid();
        this.thread = Thread.ofPlatform().name("gate-" + name).daemon().unstarted(this::run);
    }

    /**
     * Holds accesses to the file back from now on, unless it is complete. Before it can be opened by anybody: a file opened
     * without a mark is never held.
     */
    public void guard(Twin twin) throws KernelException {
        twins.put(twin.id(), twin);
        if (twin.isComplete()) {
            unmark(twin); // a predecessor's
            return;
        }
        try (OpenFile file = files.open(twin.local())) {
            group.mark(file, mask);
        } catch (KernelException unmarked) {
            twins.remove(twin.id(), twin);
            throw unmarked;
        }
    }

    /** Lets everybody through to the file, which is complete. */
    public void release(Twin twin) throws KernelException {
        unmark(twin); // it stays known: what was asked before is answered after
    }

    private void unmark(Twin twin) throws KernelException {
        try (OpenFile file = files.open(twin.local())) {
            group.unmark(file, mask);
        }
    }

    /** The file is gone for good. */
    public void forget(Twin twin) {
        twins.remove(twin.id(), twin);
    }

    /**
     * The twin's local file, for writing through without being asked by this gate; the caller closes it. Where somebody
     * waits for the file this asks nobody. Else it opens the file and reads a byte of it, so that the kernel asks, and the
     * question brings the descriptor. Not to be called by the gate's thread.
     */
    public OpenFile silently(Twin twin) throws KernelException {
        for (Hold hold : holds) {
            if (hold.twin == twin) {
                try {
                    return group.share(hold.event);
                } catch (KernelException answered) {
                    continue;
                }
            }
        }
        if (!twins.containsKey(twin.id()) || twin.identity().sizeBytes() == 0) {
            return space.openForWriting(twin.local());
        }
        return asked.ask(twin.id(), twin.local());
    }

    /** Starts answering. */
    public void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                turn();
            } catch (KernelException trouble) {
                if (closed || trouble.errno().equals(Errno.EBADF)) {
                    return;
                }
                pauseBriefly(); // out of descriptors or memory: the kernel has said no itself where it had to
            } catch (InterruptedException ended) {
                return;
            }
        }
    }

    private void turn() throws KernelException, InterruptedException {
        if (!room.tryAcquire(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
            lastTurn = System.nanoTime();
            return;
        }
        room.release();
        if (ready && !early.isEmpty()) {
            Early first = early.poll();
            waiting(first.event(), first.request());
        } else {
            int limit = Math.max(1, room.availablePermits() - early.size());
            group.read(early.isEmpty() || ready ? IDLE_MILLIS : EARLY_MILLIS, limit, this::waiting);
        }
        lastTurn = System.nanoTime();
    }

    private static void pauseBriefly() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void waiting(int event, Request request) {
        FileId id = new FileId(request.file().device(), request.file().inode());
        if (request.pid() == ownPid) {
            asked.share(event, id);
            group.allow(event);
            return;
        }
        if (!ready) {
            early.add(new Early(event, request));
            return;
        }
        Twin twin = twins.get(id);
        if (twin == null) { // only what is incomplete is marked: nobody can tell what of it is there
            refused.increment();
            group.deny(event, Errno.EIO);
            return;
        }
        ByteRange range = rangeOf(twin, request);
        if (range == null || twin.isWritten() || twin.missing(range).isEmpty()) {
            passed.increment();
            group.allow(event);
            return;
        }
        held.increment();
        room.acquireUninterruptibly(); // of what turn() has seen to be free: never waits
        Hold hold = new Hold(twin, event, unanswered.add(event, twin.id(), range));
        holds.add(hold);
        fills.need(twin, range).whenComplete((done, failure) -> answer(hold, failure));
    }

    /**
     * What of the file is asked for; null for nothing of it. An open asks for all; so does a clone (FICLONE), whose length of 0
     * means to the end, and whatever the kernel tells no range of.
     */
    private static ByteRange rangeOf(Twin twin, Request request) {
        long size = twin.identity().sizeBytes();
        if (request.mask() == PermissionGroup.OPEN) {
            return size == 0 ? null : new ByteRange(0, size);
        }
        long start = Math.max(0, request.offsetBytes());
        long wanted = request.lengthBytes();
        long end = wanted <= 0 || wanted > size - start ? size : start + wanted;
        return end <= start ? null : new ByteRange(start, end);
    }

    private void answer(Hold hold, Throwable failure) {
        if (failure == null) {
            group.allow(hold.event);
        } else {
            refused.increment();
            group.deny(hold.event, FillFailure.errnoOf(failure));
        }
        unanswered.remove(hold.slot);
        holds.remove(hold);
        room.release();
    }

    /**
     * For a group taken over from an earlier daemon's keeper, before {@link #start}: what that daemon was asked and never
     * answered is an error where it is not known who waits for which bytes; the others wait for {@link #open}.
     *
     * @param numbers descriptors that daemon may have had
     */
    public void inherit(int numbers) {
        refused.add(heritage.refuseUnknown(numbers));
    }

    /** Every twin is guarded: from now on a file that is not known is an error. Until then who asks waits. */
    public void open() {
        heritage.answer(twins::get, fills, refused::increment);
        ready = true;
        group.wake();
    }

    /** Nanoseconds since the thread last went round; it does every 5 s at least, unless it hangs. */
    long sinceLastTurn() {
        return thread.isAlive() ? System.nanoTime() - lastTurn : 0;
    }

    /** Nanoseconds the oldest that waits has waited; 0 where nobody does. */
    long oldestWait() {
        long now = System.nanoTime();
        return holds.stream().mapToLong(hold -> now - hold.since).max().orElse(0);
    }

    /** Lets everybody through at once, whatever hangs: for the watch, when answers have stopped. */
    void trip() {
        tripped = true;
        closed = true;
        group.abandon();
    }

    public GateFigures figures() {
        return new GateFigures(passed.sum(), held.sum(), refused.sum(), holds.size(), oldestWait() / 1e9, tripped);
    }

    PermissionGroup group() {
        return group;
    }

    /** Stops answering, and closes this process's descriptor of the group. */
    @Override
    public void close() throws IOException {
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
