package dev.nowake.agent.mirror.store;

import dev.nowake.agent.config.MirrorSettings;
import java.io.IOException;
import java.nio.file.FileStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** What is told of a store. Any thread. */
final class StoreState {
    private static final int RESERVED_PART = 20;

    private final InstantSource clock;
    private RemoteState remote;
    private Instant lastScan;
    private SyncOutcome last;

    StoreState(InstantSource clock) {
        this.clock = clock;
        this.remote = RemoteState.notAsked(clock.instant());
    }

    synchronized void synced(SyncOutcome outcome) {
        last = outcome;
        remote = remote.then(outcome.unreachable(), clock.instant());
        if (outcome.unreachable() == null) {
            lastScan = clock.instant();
        }
    }

    synchronized RemoteState remote() {
        return remote;
    }

    synchronized SyncOutcome last() {
        return last;
    }

    synchronized void reached() {
        remote = remote.then(null, clock.instant());
    }

    synchronized void unreachable(String why) {
        remote = remote.then(why, clock.instant());
    }

    /**
     * What the settings allow, and no more than the disk has beside what others have on it and what is to be left free.
     *
     * @param filledBytes that the mirror has now
     */
    static long budgetBytes(MirrorSettings settings, FileStore disk, long filledBytes) throws IOException {
        Long given = settings.reserveBytes();
        long reserve = given == null
                ? Math.min(disk.getTotalSpace() / RESERVED_PART, MirrorSettings.MOST_RESERVE_BYTES)
                : given;
        long room = Math.max(0, filledBytes + disk.getUsableSpace() - reserve);
        return settings.budgetBytes() == null ? room : Math.min(settings.budgetBytes(), room);
    }

    synchronized Stored stored(Store store, int leaving, int leftBehind, List<String> toldAtStart) {
        int files = 0;
        int complete = 0;
        long sizeBytes = 0;
        long filledBytes = 0;
        for (MirroredFile twin : store.twins()) {
            files++;
            complete += twin.isComplete() ? 1 : 0;
            sizeBytes += twin.identity().sizeBytes();
            filledBytes += twin.writtenBytes();
        }
        long budgetBytes;
        try {
            budgetBytes = store.budgetBytes();
        } catch (IOException unknown) {
            budgetBytes = 0;
        }
        MirrorSettings settings = store.settings();
        return new Stored(
                settings.name(),
                settings.remote(),
                settings.local(),
                store.filesystem(),
                files,
                complete,
                files - complete,
                sizeBytes,
                filledBytes,
                budgetBytes,
                leaving,
                lastScan,
                remote,
                leftBehind,
                last,
                toldAtStart);
    }
}
