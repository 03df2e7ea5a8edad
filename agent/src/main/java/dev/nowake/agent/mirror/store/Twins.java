package dev.nowake.agent.mirror.store;

import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The twins there are: by their files, those that were replaced while somebody had them open too; and by their names. */
final class Twins {
    private final Map<FileId, MirroredFile> byId = new ConcurrentHashMap<>();
    private final Map<Path, MirroredFile> byName = new ConcurrentHashMap<>();

    /** It exists, and has no name yet. */
    void add(MirroredFile twin) {
        byId.put(twin.id(), twin);
    }

    /** Gives it its name, and takes that from another. */
    void name(MirroredFile twin) {
        byName.put(twin.relative(), twin);
    }

    /** It has no name any more. */
    void unname(MirroredFile twin) {
        byName.remove(twin.relative(), twin);
    }

    void remove(MirroredFile twin) {
        unname(twin);
        byId.remove(twin.id(), twin);
    }

    /** Null where there is none. */
    MirroredFile by(FileId id) {
        return byId.get(id);
    }

    /** Null where there is none. */
    MirroredFile at(Path relative) {
        return byName.get(relative);
    }

    /** Those in the tree. */
    Collection<MirroredFile> named() {
        return Collections.unmodifiableCollection(byName.values());
    }

    int size() {
        return byName.size();
    }
}
