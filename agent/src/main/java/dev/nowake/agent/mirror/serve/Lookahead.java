package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.model.ByteRange;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Brings what a reader will want next, while it still waits for what it wants now: the rest of the file, and the next files of
 * its model. Only for a load: many programs look at the header of every model there is. A reader that wants a byte behind the
 * place where headers end, or maps the file, loads it; from then on each open of a file of that model moves the window on, also
 * where all of that file is there already. Stands between the gate and the filler; no call waits.
 */
final class Lookahead implements Fills {
    /**
     * Headers end here: those of safetensors files have some 100 KiB, GGUF's with their vocabularies up to 8 MiB. A reader's
     * first bytes bring as much, so that one that loads pays two round trips before all of the rest is under way.
     */
    static final long HEADER_BYTES = 8 << 20;

    /** As long as one file of a load may take until the next is opened. */
    static final long LOAD_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Fills fills;
    private final Supplier<MirrorModels> models;
    private final int files;
    private final LongSupplier nanos;

    /**
     * @param models gives null as long as nothing is known of them
     * @param files how many are brought before they are opened
     * @param nanos the time, as {@link System#nanoTime} tells it
     */
    Lookahead(Fills fills, Supplier<MirrorModels> models, int files, LongSupplier nanos) {
        this.fills = fills;
        this.models = models;
        this.files = files;
        this.nanos = nanos;
    }

    @Override
    public CompletableFuture<Void> need(Twin twin, ByteRange range) {
        CompletableFuture<Void> needed = fills.need(twin, range); // first: it goes before what is only expected
        if (range.end() > HEADER_BYTES) {
            MirrorModels.Place place = placeOf(twin);
            if (place != null) {
                place.files().isLoaded(nanos.getAsLong());
            }
            bring(twin, range.start(), place);
        } else {
            expect(twin, range.start(), HEADER_BYTES);
        }
        return needed;
    }

    /** Somebody opens the file. */
    void opened(Twin twin) {
        MirrorModels.Place place = placeOf(twin);
        long now = nanos.getAsLong();
        if (place != null && place.files().wasLoadedWithin(LOAD_NANOS, now)) {
            place.files().isLoaded(now);
            bring(twin, 0, place);
        }
    }

    /** Null where it is no model's, as far as is known. */
    private MirrorModels.Place placeOf(Twin twin) {
        MirrorModels known = models.get();
        return known == null ? null : known.place(twin);
    }

    private void bring(Twin twin, long from, MirrorModels.Place place) {
        expect(twin, from, Long.MAX_VALUE);
        if (place != null) {
            models.get().after(place, files).forEach(next -> expect(next, 0, Long.MAX_VALUE));
        }
    }

    private void expect(Twin twin, long from, long to) {
        long end = Math.min(to, twin.identity().sizeBytes());
        if (end > from && !twin.isWritten()) {
            fills.expect(twin, new ByteRange(from, end));
        }
    }

    @Override
    public void expect(Twin twin, ByteRange range) {
        fills.expect(twin, range);
    }

    @Override
    public void forget(Twin twin) {
        fills.forget(twin);
    }
}
