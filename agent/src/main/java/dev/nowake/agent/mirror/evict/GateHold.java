package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.OpenFile;
import java.io.IOException;

/**
 * The gate's part in an eviction: it holds readers back while a file is emptied. What this process does itself is never held
 * back. Any thread.
 */
public interface GateHold {
    /**
     * Marks the file, so that every descriptor opened from now on asks before it reads, and answers none of those until {@link
     * #release}; nor is a byte of it brought meanwhile. Called while a lease is held on the file: it must neither open it, nor
     * wait for whoever waits to open it, the gate's own reading thread included.
     *
     * @param file the twin's local file
     * @throws IOException nothing is held: no byte of it may go missing
     */
    void hold(Twin twin, OpenFile file) throws IOException;

    /**
     * Who waits goes on, and what is missing is brought for him. A file that is still complete loses its mark.
     *
     * @param file the twin's local file
     * @throws IOException only its mark stays, which costs readers a question
     */
    void release(Twin twin, OpenFile file) throws IOException;
}
