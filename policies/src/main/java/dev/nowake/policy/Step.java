package dev.nowake.policy;

import dev.nowake.model.FileId;

/** One thing a policy wants done to one range of one file, and why. */
public sealed interface Step {
    /** Means "to the end of the file" as a length. */
    long WHOLE = -1;

    FileId file();

    long offsetBytes();

    /** Bytes, or {@link #WHOLE}. */
    long lengthBytes();

    String reason();

    /** Bring the range into page cache, in the order the steps are given. */
    record Prefetch(FileId file, long offsetBytes, long lengthBytes, String reason) implements Step {
        public static Prefetch whole(FileId file, String reason) {
            return new Prefetch(file, 0, WHOLE, reason);
        }
    }

    /** Drop the range from page cache. */
    record Evict(FileId file, long offsetBytes, long lengthBytes, String reason) implements Step {
        public static Evict whole(FileId file, String reason) {
            return new Evict(file, 0, WHOLE, reason);
        }
    }
}
