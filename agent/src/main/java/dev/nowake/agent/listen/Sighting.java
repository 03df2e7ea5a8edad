package dev.nowake.agent.listen;

import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.model.FileId;
import java.nio.file.Path;

/**
 * A file of a root was used. A hint: several acts may have merged into one.
 *
 * @param mask bits of {@link FileEvent}
 * @param pid who; 0 where the kernel cannot say
 * @param file an open descriptor, owned by whoever receives the sighting; null where one is held already, or none may be
 *     opened
 * @param path where it was seen by name; null where only the descriptor is known
 * @param atNanos monotonic
 */
public record Sighting(FileId id, long mask, int pid, OpenFile file, Path path, FileStatus status, long atNanos) {
    public boolean isOpen() {
        return (mask & FileEvent.OPEN) != 0;
    }

    public boolean isClose() {
        return (mask & (FileEvent.CLOSE_NOWRITE | FileEvent.CLOSE_WRITE)) != 0;
    }

    public boolean wasWritten() {
        return (mask & FileEvent.CLOSE_WRITE) != 0;
    }
}
