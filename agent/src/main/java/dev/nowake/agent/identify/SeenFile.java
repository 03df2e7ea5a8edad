package dev.nowake.agent.identify;

import dev.nowake.model.FileId;
import java.nio.file.Path;

/**
 * A regular file as a folder shows it, links followed.
 *
 * @param name text of the path's last name, see {@link PathText}
 * @param viaLink the folder's entry is a symbolic link
 */
record SeenFile(Path path, String name, FileId id, long sizeBytes, long mtimeNanos, boolean viaLink) {
    SeenFile sizedAs(SeenFile target) {
        return new SeenFile(path, name, id, target.sizeBytes, target.mtimeNanos, viaLink);
    }
}
