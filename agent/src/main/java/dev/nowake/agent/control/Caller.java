package dev.nowake.agent.control;

import java.io.IOException;

/** Who asks. For one thread. */
public interface Caller {
    /**
     * The user's name, or his number where he has none. May ask a directory service.
     *
     * @throws IOException where he is gone
     */
    String user() throws IOException;

    /** Whether he may change what the daemon does; false where he is gone. */
    boolean mayChange();

    /** What he is told where he may not, in one line. */
    String refusal(String verb);
}
