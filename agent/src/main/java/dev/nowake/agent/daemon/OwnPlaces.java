package dev.nowake.agent.daemon;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.identify.PathText;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the daemon's own files lie: its Java, its classes, its state. Whoever answers the readers of a mirror may touch any of
 * them at any time, a class it has not needed before, a line of the journal; if that waited for the mirror or for its remote,
 * the daemon would wait for itself.
 */
final class OwnPlaces {
    private final Set<Path> places = new LinkedHashSet<>();

    /** @param more beside those of this JVM */
    OwnPlaces(List<Path> more) {
        List<Path> all = new ArrayList<>(more);
        all.add(Path.of(System.getProperty("java.home")));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            all.add(Path.of(entry));
        }
        for (Path place : all) {
            places.add(place.toAbsolutePath().normalize());
            places.add(real(place.toAbsolutePath()));
        }
    }

    /** @throws IOException with one line that says what to do. Touches nothing of the remote */
    void refuseBelow(MirrorSettings settings) throws IOException {
        Path local = settings.local();
        List<Path> shown =
                List.of(settings.remote(), local, real(local.resolveSibling("." + settings.name() + ".nowake")));
        for (Path place : places) {
            for (Path folder : shown) {
                if (place.startsWith(folder)) {
                    throw new IOException("nowake's own " + PathText.of(place) + " lies in " + PathText.of(folder)
                            + ", of mirror " + settings.name()
                            + ": it would wait for itself; move it, or mirror another folder");
                }
            }
        }
    }

    /** As far as there is anything of that name. */
    private static Path real(Path place) {
        try {
            return place.toRealPath();
        } catch (IOException notThere) {
            Path parent = place.getParent();
            return parent == null ? place : real(parent).resolve(place.getFileName());
        }
    }
}
