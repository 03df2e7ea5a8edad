package dev.nowake.policy;

import dev.nowake.model.FileId;
import java.util.Map;

/** One thing a policy wants, and why. */
public sealed interface Step {
    /** Means "to the end of the file" as a length. */
    long WHOLE = -1;

    /** Shown in the journal and by {@code explain}; at most {@link Guard#MAX_REASON} characters are kept. */
    String reason();

    /** A step about one range of one file. */
    sealed interface OnRange extends Step {
        FileId file();

        long offsetBytes();

        /** Bytes, or {@link #WHOLE}. */
        long lengthBytes();
    }

    /**
     * Bring the range into page cache. Steps of higher priority go first (0 where none is given, within -100 to 100), those
     * of the same priority in the order they are given.
     */
    record Prefetch(
            FileId file,
            long offsetBytes,
            long lengthBytes,
            Node node,
            IfMisplaced ifMisplaced,
            int priority,
            String reason)
            implements OnRange {
        public Prefetch(FileId file, long offsetBytes, long lengthBytes, Node node, int priority, String reason) {
            this(file, offsetBytes, lengthBytes, node, IfMisplaced.KEEP, priority, reason);
        }

        public Prefetch(FileId file, long offsetBytes, long lengthBytes, String reason) {
            this(file, offsetBytes, lengthBytes, Node.READER, 0, reason);
        }

        public static Prefetch whole(FileId file, String reason) {
            return new Prefetch(file, 0, WHOLE, reason);
        }
    }

    /** What becomes of pages that lie on another NUMA node than they are wanted on. */
    enum IfMisplaced {
        /** They stay where they are. */
        KEEP,
        /**
         * Those that were resident before the load, and are clean and unmapped, are dropped and read again; they count as
         * resident before it still.
         */
        MOVE
    }

    /** What becomes of pages somebody has mapped. */
    enum IfMapped {
        /** They stay. */
        LEAVE,
        /** They are taken from their only mapper by process_madvise(2) MADV_PAGEOUT; it reads them again on its next touch. */
        PAGEOUT
    }

    /**
     * Drop the range from page cache. Dirty pages stay until they are written back; with {@code writeBack} that is begun.
     */
    record Evict(FileId file, long offsetBytes, long lengthBytes, IfMapped ifMapped, boolean writeBack, String reason)
            implements OnRange {
        public Evict(FileId file, long offsetBytes, long lengthBytes, String reason) {
            this(file, offsetBytes, lengthBytes, IfMapped.LEAVE, false, reason);
        }

        public static Evict whole(FileId file, String reason) {
            return new Evict(file, 0, WHOLE, reason);
        }
    }

    /**
     * Evict a model from a mirror's disk, whole: its bytes are brought from the remote again when somebody reads them. Of a
     * script: {@code tier: "disk"}. Only with {@link Trigger#DISK}, and never a model that is open, being loaded or kept.
     *
     * @param model its name in {@link PolicyInput#mirror}; null where a file names it
     * @param file any file of it; null where its name does
     */
    record EvictFromDisk(String model, FileId file, String reason) implements Step {
        public EvictFromDisk {
            if ((model == null) == (file == null)) {
                throw new IllegalArgumentException("either a model or a file of it");
            }
        }

        public static EvictFromDisk model(String name, String reason) {
            return new EvictFromDisk(name, null, reason);
        }

        /** The one that file is of: names may be taken twice. */
        public static EvictFromDisk ofFile(FileId file, String reason) {
            return new EvictFromDisk(null, file, reason);
        }
    }

    /** While what holds a {@link Keep}. */
    enum Hold {
        /** Until {@link Keep#untilSeconds}. */
        TIME,
        /** As long as somebody has the file open or mapped. */
        OPEN,
        /** Until memory runs short ({@link Trigger#PRESSURE}). */
        CALM
    }

    /**
     * Let no eviction touch the range, whichever policy asks for it, as long as it holds.
     *
     * @param untilSeconds unix time; 0 unless {@code hold} is {@link Hold#TIME}
     */
    record Keep(FileId file, long offsetBytes, long lengthBytes, Hold hold, double untilSeconds, String reason)
            implements OnRange {}

    /**
     * Have the kernel bring free memory together in large blocks. Frees nothing, moves others' pages, and takes a processor
     * for milliseconds to seconds: the daemon does it after the plan's other steps have begun, and seldom.
     *
     * @param node a node's number, or {@link #ALL_NODES}
     */
    record Compact(int node, String reason) implements Step {
        public static final int ALL_NODES = -1;
    }

    /**
     * Replaces the policy's own state, {@link PolicyInput#state} of its next call. Values are null, booleans, numbers,
     * texts, lists and maps of them; at most {@link Guard#MAX_STATE_BYTES} written as JSON.
     */
    record Remember(Map<String, Object> state, String reason) implements Step {}
}
