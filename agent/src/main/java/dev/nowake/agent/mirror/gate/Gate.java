package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.PermissionGroup.Request;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Answers the kernel for the incomplete files of one mirror: lets an access through when its bytes are written, makes it
 * fail when they cannot come. One thread of its own takes the questions; answers are given by whoever brings the bytes.
 * This process's own accesses, those of the filler among them, are let through at once, so the thread never stops taking
 * questions: at capacity it says EBUSY.
 */
public final class Gate implements AutoCloseable {
    private final PermissionGroup group;
    private final boolean ranges;
    private final long mask;
    private final FileAccess files;
    private final Fills fills;
    private final Openings openings;
    private final Unanswered unanswered;
    private final Heritage heritage;
    private final int capacity;
    private final int ownPid;
    private final Map<FileId, Twin> twins = new ConcurrentHashMap<>();
    private final Set<Hold> holds = ConcurrentHashMap.newKeySet();
    private final LongAdder passed = new LongAdder();
    private final LongAdder held = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Questions questions;

    /** Asked before {@link #open}; the thread's own. */
    private record Early(int event, Request request) {}

    private final Queue<Early> early = new ArrayDeque<>();
    private volatile boolean ready;
    private volatile boolean suspended;
    private volatile boolean tripped;
    private volatile String trouble;

    /**
     * What a gate works with.
     *
     * @param ranges whether the kernel asks what of a file is about to be read; else opens are held back, until all of the
     *     file is there
     * @param capacity accesses that may wait at once, each with a descriptor
     */
    record Parts(
            PermissionGroup group,
            boolean ranges,
            Kernel kernel,
            Fills fills,
            Blocks blocks,
            Unanswered unanswered,
            int capacity) {}

    Gate(String name, Parts parts) {
        this.group = parts.group();
        this.ranges = parts.ranges();
        this.mask = ranges ? PermissionGroup.ACCESS | PermissionGroup.OPEN : PermissionGroup.OPEN;
        this.files = parts.kernel().files();
        this.fills = parts.fills();
        this.openings = new Openings(name, parts.blocks());
        this.unanswered = parts.unanswered();
        this.heritage = new Heritage(group, unanswered);
        this.capacity = parts.capacity();
        this.ownPid = (int) ProcessHandle.current().pid();
        this.questions = new Questions(
                "gate-" + name, group, this::answerEarly, this::waiting, broken -> trouble = broken.toString());
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

    /** Not what has its name by now: another twin, whose guard that would be. */
    private void unmark(Twin twin) throws KernelException {
        try (OpenFile file = files.open(twin.local())) {
            FileStatus there = files.status(file);
            if (new FileId(there.device(), there.inode()).equals(twin.id())) {
                group.unmark(file, mask);
            }
        }
    }

    /** The file is gone for good. */
    public void forget(Twin twin) {
        twins.remove(twin.id(), twin);
    }

    /** Starts answering. */
    public void start() {
        questions.start();
    }

    private void answerEarly() throws KernelException {
        while (ready && !early.isEmpty()) {
            Early first = early.poll();
            waiting(first.event(), first.request());
        }
    }

    private void waiting(int event, Request request) {
        if (request.pid() == ownPid) {
            group.allow(event);
        } else if (holds.size() + early.size() >= capacity) {
            refuse(event, Errno.EBUSY);
        } else if (!ready) {
            early.add(new Early(event, request));
        } else {
            try {
                ask(event, request);
            } catch (RuntimeException | Error broken) {
                refuse(event, Errno.EIO);
                throw broken;
            }
        }
    }

    private void ask(int event, Request request) {
        Twin twin = twins.get(new FileId(request.file().device(), request.file().inode()));
        if (twin == null) { // only what is incomplete is marked: nobody can tell what of it is there
            refuse(event, Errno.EIO);
        } else if (ranges && request.mask() == PermissionGroup.OPEN) {
            if (request.file().allocatedBytes() >= twin.identity().sizeBytes()) {
                allow(event);
            } else {
                hold(twin, event, null);
            }
        } else {
            ByteRange range = Wanted.of(twin, request);
            if (range == null || twin.isWritten() || twin.missing(range).isEmpty()) {
                allow(event);
            } else {
                hold(twin, event, range);
            }
        }
    }

    private void allow(int event) {
        passed.increment();
        group.allow(event);
    }

    private void refuse(int event, Errno errno) {
        refused.increment();
        group.deny(event, errno);
    }

    /** @param range null for an open */
    private void hold(Twin twin, int event, ByteRange range) {
        held.increment();
        Hold hold = new Hold(event, unanswered.add(event, twin.id(), range));
        holds.add(hold);
        if (!suspended) {
            CompletableFuture<Void> what = range == null ? openings.before(twin) : fills.need(twin, range);
            what.whenComplete((done, failure) -> answer(hold, failure));
        }
    }

    private void answer(Hold hold, Throwable failure) {
        if (suspended) {
            return; // it is its successor's
        }
        holds.remove(hold); // before the answer: what its caller asks next is not one more
        if (failure == null) {
            group.allow(hold.event());
        } else {
            refuse(hold.event(), FillFailure.errnoOf(failure));
        }
        unanswered.remove(hold.slot());
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

    /**
     * For a new group: whoever waited in an earlier one has gone on. Returns the files of which somebody may have read zeros,
     * because neither a daemon nor its keeper was there.
     */
    List<FileId> disinherit() {
        List<FileId> letDown = heritage.files();
        heritage.giveUp();
        return letDown;
    }

    /** Every twin is guarded: from now on a file that is not known is an error. Until then who asks waits. */
    public void open() {
        heritage.answer(twins::get, openings::before, fills, () -> !suspended, refused::increment);
        ready = true;
        group.wake();
    }

    /** Nanoseconds since the thread last went round; it does every 5 s at least, unless it hangs or has ended. */
    long sinceLastTurn() {
        return questions.sinceLastTurn();
    }

    /** Nanoseconds the oldest that waits has waited; 0 where nobody does. */
    long oldestWait() {
        long now = System.nanoTime();
        return holds.stream().mapToLong(hold -> now - hold.sinceNanos()).max().orElse(0);
    }

    /** What has gone wrong on the thread since the last call; null for nothing. */
    String takeTrouble() {
        String latest = trouble;
        trouble = null;
        return latest;
    }

    /** Lets everybody through at once, whatever hangs: for the watch, when answers have stopped. */
    void trip() {
        tripped = true;
        questions.abandon();
    }

    public GateFigures figures() {
        return new GateFigures(passed.sum(), held.sum(), refused.sum(), holds.size(), oldestWait() / 1e9, tripped);
    }

    PermissionGroup group() {
        return group;
    }

    /**
     * Answers this process alone from now on, and keeps what others wait for: they are a successor's, or the keeper's, whatever
     * becomes of the filling.
     */
    void suspend() {
        suspended = true;
    }

    /** Stops answering, and closes this process's descriptor of the group. */
    @Override
    public void close() throws IOException {
        suspended = true;
        openings.close();
        questions.close();
    }
}
