package dev.nowake.agent.mirror.store;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** A folder of the tree while what is in it is brought in line. One thread. */
final class Level implements AutoCloseable {
    /** Null where the folder could not be made: nothing in it is looked at. */
    final Held folder;

    final UnixFacts like;

    /** Names that the remote folder has, whatever they are. */
    final Set<Path> seen = new HashSet<>();

    Level(Held folder, UnixFacts like) {
        this.folder = folder;
        this.like = like;
    }

    @Override
    public void close() {
        if (folder != null) {
            folder.close();
        }
    }
}
