package dev.nowake.agent.observe;

import dev.nowake.agent.config.JournalSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Which closed files of a journal go: the oldest, while all together are larger than they may be, and one at a time those
 * that are too old. One thread.
 */
final class JournalRetention {
    /**
     * A clock that jumped by years makes every file look too old: then they go one in this time, so that somebody can set
     * it right before much is lost. A journal in order has one a day or so to drop.
     */
    private static final Duration ONE_BY_AGE_IN = Duration.ofHours(1);

    /** Of a short age so much is the same: all go within it. */
    private static final int SHARE_OF_AGE = 32;

    /** Space made on a full disk is another's at once, often: no sooner than after this is one more file given for it. */
    private static final long SPACE_AGAIN_NANOS = 10_000_000_000L;

    private static final long LOOK_NANOS = 60_000_000_000L;

    private final JournalFolder folder;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private Long lookedNanos;
    private Long agedNanos;
    private Long spaceMadeNanos;

    JournalRetention(JournalFolder folder, InstantSource clock, LongSupplier nanos) {
        this.folder = folder;
        this.clock = clock;
        this.nanos = nanos;
    }

    /** {@code spareBytes}: what the current file may grow to. */
    void enforce(JournalSettings settings, long spareBytes) {
        List<JournalFolder.Rotated> files = new ArrayList<>(list());
        long sum = spareBytes;
        for (JournalFolder.Rotated file : files) {
            sum += sizeOf(file);
        }
        while (sum > settings.maxBytes() && !files.isEmpty()) {
            JournalFolder.Rotated oldest = files.removeFirst();
            sum -= sizeOf(oldest);
            delete(oldest);
        }
        age(settings, files);
    }

    /** The same for age alone; asked often, it looks once a minute. */
    void age(JournalSettings settings) {
        if (lookedNanos == null || nanos.getAsLong() - lookedNanos >= Math.min(LOOK_NANOS, pauseNanos(settings))) {
            age(settings, list());
        }
    }

    /** Drops the oldest file where it is too old and the last one so dropped was long enough ago. */
    private void age(JournalSettings settings, List<JournalFolder.Rotated> files) {
        long now = nanos.getAsLong();
        lookedNanos = now;
        if (files.isEmpty() || agedNanos != null && now - agedNanos < pauseNanos(settings)) {
            return;
        }
        JournalFolder.Rotated oldest = files.getFirst();
        if (Duration.between(oldest.closed(), clock.instant()).compareTo(settings.maxAge()) > 0) {
            agedNanos = now;
            delete(oldest);
        }
    }

    private static long pauseNanos(JournalSettings settings) {
        Duration share = settings.maxAge().dividedBy(SHARE_OF_AGE);
        return (share.compareTo(ONE_BY_AGE_IN) < 0 ? share : ONE_BY_AGE_IN).toNanos();
    }

    /** Whether the oldest file was given for space, because {@code failure} was for want of it. */
    boolean makeSpace(IOException failure) {
        long now = nanos.getAsLong();
        if (!isFull(failure) || spaceMadeNanos != null && now - spaceMadeNanos < SPACE_AGAIN_NANOS) {
            return false;
        }
        spaceMadeNanos = now;
        List<JournalFolder.Rotated> files = list();
        return !files.isEmpty() && delete(files.getFirst());
    }

    /** The message is the C library's, in the language of the process; a disk quota has no usable space either. */
    private boolean isFull(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.contains("No space left") || message.contains("quota")) {
            return true;
        }
        try {
            return Files.getFileStore(folder.current()).getUsableSpace() < LineFile.MAX_LINE_BYTES;
        } catch (IOException unknown) {
            return false;
        }
    }

    private List<JournalFolder.Rotated> list() {
        try {
            return folder.rotated();
        } catch (IOException unreadable) {
            return List.of(); // nothing that is not seen is dropped
        }
    }

    private static long sizeOf(JournalFolder.Rotated file) {
        try {
            return Files.size(file.path());
        } catch (IOException gone) {
            return 0;
        }
    }

    private static boolean delete(JournalFolder.Rotated file) {
        try {
            return Files.deleteIfExists(file.path());
        } catch (IOException stays) {
            return false; // tried again when it is the oldest next time
        }
    }
}
