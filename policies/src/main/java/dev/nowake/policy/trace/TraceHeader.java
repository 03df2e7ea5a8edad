package dev.nowake.policy.trace;

import java.util.Locale;

/**
 * How a trace came to be.
 *
 * @param startSeconds unix time at which the recording began; 0 where that is not known
 * @param durationNanos how long it went on; {@link Access#UNKNOWN} where that is not known
 * @param lostEvents events that were overwritten before they were read: there are holes
 * @param droppedAccesses accesses beyond {@link Trace#MAX_ACCESSES}: the end is missing
 */
public record TraceHeader(
        Source source, double startSeconds, long durationNanos, long lostEvents, long droppedAccesses) {
    /** Of traces that say nothing of themselves. */
    public static final TraceHeader NONE = new TraceHeader(Source.UNKNOWN, 0, Access.UNKNOWN, 0, 0);

    /** Where the accesses were seen. */
    public enum Source {
        /** The kernel's filemap events: each read and each page fault, warm or cold. */
        TRACEFS("tracefs"),
        /** The kernel's filemap events on kernels that tell cold pages only, read-ahead included. */
        TRACEFS_MISSES("tracefs-misses"),
        /** Pages that appeared in page cache, and positions of descriptors, looked at now and then. */
        RESIDENCY("residency"),
        /** Written by somebody else. */
        UNKNOWN("unknown");

        private final String label;

        Source(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }

        static Source of(String label) {
            for (Source each : values()) {
                if (each.label.equals(label.toLowerCase(Locale.ROOT))) {
                    return each;
                }
            }
            return UNKNOWN;
        }
    }
}
