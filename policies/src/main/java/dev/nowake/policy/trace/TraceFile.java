package dev.nowake.policy.trace;

/**
 * A file a trace speaks of, and which version of it: size and modification time. No digest of the content: another version
 * of a model with the same shapes has the same first bytes, and reading more of it would move the pages that are to be
 * watched.
 *
 * @param sizeBytes {@link Access#UNKNOWN} where the trace does not tell
 * @param mtimeNanos since 1970; {@link #UNTOLD} where the trace does not tell
 */
public record TraceFile(TraceName name, long sizeBytes, long mtimeNanos) {
    /** No modification time: a time before 1970 is negative, this one is no time. */
    public static final long UNTOLD = Long.MIN_VALUE;

    public TraceFile {
        if (sizeBytes < Access.UNKNOWN) {
            throw new IllegalArgumentException("a file of " + sizeBytes + " bytes");
        }
    }

    public boolean hasIdentity() {
        return sizeBytes >= 0 && mtimeNanos != UNTOLD;
    }

    /** What tells the file as it is now from the one that was recorded, for people; null where nothing does. */
    public String difference(long nowSizeBytes, long nowMtimeNanos) {
        if (sizeBytes >= 0 && sizeBytes != nowSizeBytes) {
            return "its size was " + sizeBytes + " bytes and is " + nowSizeBytes;
        }
        if (mtimeNanos != UNTOLD && mtimeNanos != nowMtimeNanos) {
            return "it was modified: its mtime was " + seconds(mtimeNanos) + " and is " + seconds(nowMtimeNanos);
        }
        return null;
    }

    private static String seconds(long nanos) {
        return Math.floorDiv(nanos, 1_000_000_000L) + "." + "%09d".formatted(Math.floorMod(nanos, 1_000_000_000L));
    }
}
