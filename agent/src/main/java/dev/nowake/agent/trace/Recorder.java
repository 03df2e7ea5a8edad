package dev.nowake.agent.trace;

import dev.nowake.policy.trace.Trace;
import java.io.IOException;

/** Watches files being touched. Begun and finished by one thread. */
public interface Recorder extends AutoCloseable {
    /** Whose accesses are recorded. */
    sealed interface Scope {
        /** Everybody's. */
        record Host() implements Scope {}

        /** One process's and, where the kernel follows them, those it forks from now on. */
        record OfProcess(long pid) implements Scope {}

        /** Those of processes the calling thread starts from now on. */
        record Children() implements Scope {}
    }

    /** From now on. What happens after it returned is seen. */
    void begin() throws IOException;

    /** Ends the watching and returns what was seen. */
    Trace finish() throws IOException;

    /** Leaves nothing behind; any thread, also while {@link #finish} runs. */
    @Override
    void close();
}
