package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.MirrorSettings.Unreachable;
import dev.nowake.agent.config.MirrorSettings.Vanished;
import dev.nowake.agent.identify.PathText;
import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.gate.OpenGate;
import dev.nowake.agent.mirror.store.Sight;
import dev.nowake.kernel.Errno;
import dev.nowake.model.FileId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What is done before a mirrored file is opened: the remote is asked whether it is still the file it was, unless it was asked
 * a moment ago. One opener may have to wait for a remote that does not answer; those who come after him do not.
 */
final class Door implements OpenGate.Doorkeeper {
    /** How long a remote that did not answer is left alone by the opens of its files. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final MirrorSettings settings;
    private final Function<Twin, Sight> look;
    private final BiConsumer<Twin, Integer> opened;
    private final Map<FileId, Long> lookedAt = new ConcurrentHashMap<>();
    private final AtomicBoolean asking = new AtomicBoolean();

    /** Since when the remote does not answer: opens do not wait for it any more. Null while it does, as far as is known. */
    private volatile Long awaySince;

    /**
     * @param look asks the remote; returns within the mirror's time-out
     * @param opened is told of every open; must not wait
     */
    Door(MirrorSettings settings, Function<Twin, Sight> look, BiConsumer<Twin, Integer> opened) {
        this.settings = settings;
        this.look = look;
        this.opened = opened;
    }

    @Override
    public boolean isDue(Twin twin) {
        Long last = lookedAt.get(twin.id());
        if (last != null && System.nanoTime() - last < settings.revalidate().toNanos()) {
            return false;
        }
        if (awaySince == null) {
            return true;
        }
        askInBackground(twin);
        return settings.unreachable() == Unreachable.REFUSE;
    }

    /** One at a time, and no sooner than the time-out allows: whether the remote answers again is found out without an opener. */
    private void askInBackground(Twin twin) {
        Long since = awaySince;
        if (since != null && System.nanoTime() - since >= AGAIN.toNanos() && asking.compareAndSet(false, true)) {
            try {
                Thread.ofPlatform().name("look-" + settings.name()).daemon().start(() -> ask(twin));
            } catch (OutOfMemoryError noThread) {
                asking.set(false);
            }
        }
    }

    private void ask(Twin twin) {
        try {
            awaySince = look.apply(twin) == Sight.UNREACHABLE ? (Long) System.nanoTime() : null;
        } finally {
            asking.set(false);
        }
    }

    /** The remote has been looked through. */
    void reached() {
        awaySince = null;
    }

    @Override
    public void prepare(Twin twin) throws FillFailure {
        String name = PathText.of(twin.remote());
        if (twin.isOutdated() && !twin.isComplete()) {
            throw again(name);
        } // a complete one may have left its place for want of room alone: the remote is asked
        Sight sight = awaySince == null ? look.apply(twin) : Sight.UNREACHABLE;
        switch (sight) {
            case SAME -> lookedAt.put(twin.id(), System.nanoTime());
            case CHANGED -> throw again(name);
            case GONE -> {
                if (settings.vanished() == Vanished.REMOVE || !twin.isWritten()) {
                    throw new FillFailure(Errno.EIO, name + " is gone from the remote", null);
                }
            }
            case UNREACHABLE -> {
                awaySince = awaySince == null ? (Long) System.nanoTime() : awaySince;
                if (settings.unreachable() == Unreachable.REFUSE) {
                    throw new FillFailure(Errno.EIO, name + " cannot be looked at: the remote does not answer", null);
                }
            }
        }
    }

    /** The name leads to a fresh file by now; what was opened is the former one. */
    private static FillFailure again(String name) {
        return new FillFailure(Errno.EAGAIN, name + " changed on the remote: open it again", null);
    }

    @Override
    public void opened(Twin twin, int pid) {
        opened.accept(twin, pid);
    }

    void forget(Twin twin) {
        lookedAt.remove(twin.id());
    }
}
