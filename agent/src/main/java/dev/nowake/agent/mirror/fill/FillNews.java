package dev.nowake.agent.mirror.fill;

import java.nio.file.Path;
import java.util.Locale;

/**
 * Something of a mirror's filling that people may want to read of.
 *
 * @param file the remote one; null where it is of no single file
 * @param bytes it is about
 * @param seconds it took; 0 where that says nothing
 * @param line one line for people
 */
public record FillNews(Kind kind, Path file, long bytes, double seconds, String line) {
    public enum Kind {
        /** All of a file is there, durable, and what its name promises. */
        COMPLETE,
        /** A piece did not come. */
        FAILED,
        /** A remote file is another one than its twin is of. */
        CHANGED,
        /** A whole file is not what its name promises; what was there of it is thrown away. */
        MISMATCH,
        /** A thread waits for the remote that may never come back. */
        ABANDONED,
        /** What was written could not be made durable. */
        UNSAVED,
        /** Nothing is written any more. */
        BROKEN;

        /** For the journal. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
