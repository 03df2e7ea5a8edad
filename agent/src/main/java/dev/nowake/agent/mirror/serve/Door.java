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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What is done before a mirrored file is opened: the remote is asked whether it is still the file it was, unless it was asked
 * a moment ago, and an incomplete file gets its blocks, because programs that copy take a file with few blocks for one with
 * holes and never read them.
 */
final class Door implements OpenGate.Doorkeeper {
    private final MirrorSettings settings;
    private final Function<Twin, Sight> look;
    private final Consumer<Twin> allocate;
    private final BiConsumer<Twin, Integer> opened;
    private final Map<FileId, Long> lookedAt = new ConcurrentHashMap<>();

    /**
     * @param look asks the remote; returns within the mirror's time-out
     * @param allocate gives a file its blocks, where there is room for them
     * @param opened is told of every open; must not wait
     */
    Door(
            MirrorSettings settings,
            Function<Twin, Sight> look,
            Consumer<Twin> allocate,
            BiConsumer<Twin, Integer> opened) {
        this.settings = settings;
        this.look = look;
        this.allocate = allocate;
        this.opened = opened;
    }

    @Override
    public boolean isDue(Twin twin) {
        Long last = lookedAt.get(twin.id());
        return last == null || System.nanoTime() - last >= settings.revalidate().toNanos();
    }

    @Override
    public void prepare(Twin twin) throws FillFailure {
        String name = PathText.of(twin.remote());
        if (twin.isOutdated() && !twin.isComplete()) {
            throw again(name);
        } // a complete one may have left its place for want of room alone: the remote is asked
        switch (look.apply(twin)) {
            case SAME -> {
                lookedAt.put(twin.id(), System.nanoTime());
                if (!twin.isWritten()) {
                    allocate.accept(twin);
                }
            }
            case CHANGED -> throw again(name);
            case GONE -> {
                if (settings.vanished() == Vanished.REMOVE || !twin.isWritten()) {
                    throw new FillFailure(Errno.EIO, name + " is gone from the remote", null);
                }
            }
            case UNREACHABLE -> {
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
