package dev.nowake.agent.mirror.fill;

import dev.nowake.model.ByteRange;
import java.util.ArrayList;
import java.util.List;

/** What of a file is written and not durable. Guarded by the filler's lock. */
final class FileSave {
    /** A piece that has arrived and is kept back. @param last what of it the twin has not been told */
    record Held(Fetch fetch, ByteRange last) {}

    /** Written since the last save began. */
    long unsavedBytes;

    /** When the first of them was written, or a save of them failed. */
    long sinceNanos;

    boolean saving;

    /** In a row. */
    int failures;

    /** What is written can never be called durable. */
    boolean isLost;

    /** Every byte is written, as far as is known. */
    boolean isWhole;

    /** Pieces that may not be told yet: with them the file would be whole, and a save is under way. */
    final List<Held> held = new ArrayList<>(0);

    private long savingBytes;
    private boolean isFirst;

    void written(long bytes, long nowNanos) {
        isFirst = unsavedBytes == 0;
        if (isFirst) {
            sinceNanos = nowNanos;
        }
        unsavedBytes += bytes;
    }

    /** Whether what was written last is the first since a save began. */
    boolean isFirst() {
        return isFirst;
    }

    void begin() {
        saving = true;
        savingBytes = unsavedBytes;
        unsavedBytes = 0;
    }

    /** Returns what was kept back. */
    List<Held> end(boolean isSaved, long nowNanos) {
        saving = false;
        if (isSaved) {
            failures = 0;
        } else {
            failures++;
            isWhole = false; // as far as is known
            unsavedBytes += savingBytes;
            sinceNanos = nowNanos;
        }
        List<Held> kept = List.copyOf(held);
        held.clear();
        return kept;
    }

    /** All of it has been thrown away. */
    void clear() {
        unsavedBytes = 0;
        isWhole = false;
    }

    boolean isIdle() {
        return (unsavedBytes == 0 || isLost) && !saving && held.isEmpty();
    }
}
