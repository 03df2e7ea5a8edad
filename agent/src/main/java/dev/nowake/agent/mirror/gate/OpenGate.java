package dev.nowake.agent.mirror.gate;

import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.PermissionGroup.Request;
import dev.nowake.model.FileId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * Hears every open of a mirrored file before it happens, complete ones too: whether the remote is still what it was is
 * asked before the file is used again. Opens of a file that was asked about lately go on at once. Nobody holds this group
 * but the daemon: when it dies, opens go on.
 */
public final class OpenGate implements AutoCloseable {
    /** At once: more opens than that wait for one of them. */
    private static final int THREADS = 16;

    /** What is done at an open. */
    public interface Doorkeeper {
        /** Whether {@link #prepare} has something to do; must not wait for anybody. */
        boolean isDue(Twin twin);

        /** Before the open goes on; may ask the remote, within the mirror's time-out. */
        void prepare(Twin twin) throws FillFailure;

        /** An open goes on. Must not wait for anybody. */
        void opened(Twin twin, int pid);
    }

    private final PermissionGroup group;
    private final FileAccess files;
    private final Function<FileId, Twin> twins;
    private final Doorkeeper doorkeeper;
    private final int ownPid = (int) ProcessHandle.current().pid();
    private final Set<Hold> holds = ConcurrentHashMap.newKeySet();
    private final ExecutorService workers;
    private final Questions questions;
    private volatile boolean tripped;

    OpenGate(
            String name, PermissionGroup group, FileAccess files, Function<FileId, Twin> twins, Doorkeeper doorkeeper) {
        this.group = group;
        this.files = files;
        this.twins = twins;
        this.doorkeeper = doorkeeper;
        this.workers = Executors.newFixedThreadPool(
                THREADS,
                Thread.ofPlatform().name("open-" + name + "-", 0).daemon().factory());
        this.questions = new Questions(
                "opens-" + name, group, () -> {}, this::waiting, broken -> {}); // whom it was about was let through
    }

    /**
     * Hears opens of the file from now on. By a mark on the file itself, as the other gate's: who waits there holds every mark on
     * another object that has a say in his open, such as one on the folder. A daemon that is killed could not end then before he is
     * answered, and in the moment in which its mark goes the kernel would let an opener past the other gate.
     */
    public void guard(Twin twin) throws KernelException {
        try (OpenFile file = files.open(twin.local())) {
            group.mark(file, PermissionGroup.OPEN);
        }
    }

    /** Starts answering. */
    public void start() {
        questions.start();
    }

    /** What goes wrong here is nobody's reason not to open: what is missing is held back by the other gate. */
    private void waiting(int event, Request request) {
        try {
            ask(event, request);
        } catch (RuntimeException | Error broken) {
            group.allow(event);
            throw broken;
        }
    }

    private void ask(int event, Request request) {
        Twin twin = request.pid() == ownPid
                ? null
                : twins.apply(new FileId(request.file().device(), request.file().inode()));
        if (twin == null) {
            group.allow(event);
        } else if (doorkeeper.isDue(twin)) {
            Hold hold = new Hold(event, -1);
            holds.add(hold);
            try {
                workers.execute(() -> prepare(event, request.pid(), twin, hold));
            } catch (RuntimeException | Error noThread) {
                holds.remove(hold);
                throw noThread;
            }
        } else {
            doorkeeper.opened(twin, request.pid());
            group.allow(event);
        }
    }

    private void prepare(int event, int pid, Twin twin, Hold hold) {
        try {
            doorkeeper.prepare(twin);
            doorkeeper.opened(twin, pid);
            group.allow(event);
        } catch (FillFailure refused) {
            group.deny(event, refused.errno());
        } catch (RuntimeException | Error broken) {
            group.allow(event); // what is missing is held back by the other gate
            throw broken;
        } finally {
            holds.remove(hold);
        }
    }

    long sinceLastTurn() {
        return questions.sinceLastTurn();
    }

    long oldestWait() {
        long now = System.nanoTime();
        return holds.stream().mapToLong(hold -> now - hold.sinceNanos()).max().orElse(0);
    }

    /** Lets every open go on at once, whatever hangs. */
    void trip() {
        tripped = true;
        questions.abandon();
    }

    /** Whether the watch has closed it: files are read as they are. */
    public boolean isTripped() {
        return tripped;
    }

    @Override
    public void close() {
        workers.shutdownNow();
        questions.close();
    }
}
