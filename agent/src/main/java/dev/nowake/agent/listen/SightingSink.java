package dev.nowake.agent.listen;

import dev.nowake.model.FileId;
import java.nio.file.Path;

/** Where listeners put what they hear. Called from their threads; must not block. */
public interface SightingSink {
    /** Whether such a sighting of this file is worth anything; false for what is known to be no model file. */
    boolean wants(FileId id, long mask);

    void seen(Sighting sighting);

    /** Events were lost: everything must be looked at again. */
    void overflowed();

    /** Something in a watched folder was made, moved or deleted. */
    void folderChanged(Path folder);

    /** A folder in a watched folder was deleted or moved away. */
    void folderGone(Path folder);

    void failed(String what, Throwable cause);
}
