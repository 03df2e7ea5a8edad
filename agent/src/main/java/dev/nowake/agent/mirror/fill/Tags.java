package dev.nowake.agent.mirror.fill;

import java.io.IOException;
import java.nio.file.Path;

/** The tags a storage gives the content of its files. Asked only for files whose identity has one. */
public interface Tags {
    /**
     * The tag of what the remote file is now. May wait for the remote.
     *
     * @return null where it has none
     */
    String of(Path remote) throws IOException;
}
