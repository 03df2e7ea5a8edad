package dev.nowake.agent.mirror.store;

import dev.nowake.agent.config.MirrorSettings;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The right to serve one mirror: nobody else on this host does. To be had before anything is done that another daemon's
 * readers could notice.
 */
public final class StoreClaim implements AutoCloseable {
    private final MirrorSettings settings;
    private final Places places;
    private final StoreLock lock;

    private StoreClaim(MirrorSettings settings, Places places, StoreLock lock) {
        this.settings = settings;
        this.places = places;
        this.lock = lock;
    }

    /**
     * Makes the folders where there are none. The remote is not touched.
     *
     * @param runFolder emptied when the host starts, such as /run/nowake
     * @throws IOException with one line that says what to do: something else is at {@code local}, another daemon has it, others
     *     could change it, the filesystem cannot hold it
     */
    public static StoreClaim take(MirrorSettings settings, Path runFolder) throws IOException {
        Places places = Places.of(settings, runFolder);
        new Exposure(places).check();
        new StoreFolders(places).make();
        return new StoreClaim(settings, places, StoreLock.take(places.lock()));
    }

    MirrorSettings settings() {
        return settings;
    }

    Places places() {
        return places;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
