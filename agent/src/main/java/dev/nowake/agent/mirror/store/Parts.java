package dev.nowake.agent.mirror.store;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.kernel.Kernel;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What all that works on one store shares.
 *
 * @param tree held while names in the tree change, for one name at a time
 */
record Parts(
        MirrorSettings settings,
        Places places,
        Kernel kernel,
        Users users,
        TwinListener listener,
        Twins twins,
        ReentrantLock tree) {
    /** A twin of the file, which exists. {@code elsewhere}: where it lies while it is not in the tree; else null. */
    MirroredFile twin(FileId id, Path relative, Path elsewhere, TwinRecord record) {
        return new MirroredFile(
                id,
                new MirroredFile.Place(places.tree(), elsewhere, relative, settings.remote()),
                record,
                twin -> new LocalTwinDisk(kernel.files(), kernel.fileSpace(), twin.id(), twin::local),
                listener::completed);
    }

    /** @throws java.io.IOException where the name leads to another inode by now */
    Held hold(Path path, FileId expected) throws java.io.IOException {
        return Held.open(kernel.files(), path, expected);
    }
}
