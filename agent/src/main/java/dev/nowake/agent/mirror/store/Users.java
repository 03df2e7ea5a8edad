package dev.nowake.agent.mirror.store;

import dev.nowake.kernel.OpenFile;
import java.io.IOException;

/** Whether anybody uses a file. */
public interface Users {
    /**
     * Whether anybody else has it open or mapped.
     *
     * @param only this process's only descriptor of it
     * @throws IOException where that cannot be told: it is taken for used
     */
    boolean any(OpenFile only) throws IOException;
}
