package dev.nowake.agent.progress;

import dev.nowake.model.FileId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a load's only reader has read of files that it closed between two looks, by what the whole process has read meanwhile.
 * What its open descriptors do not account for is the rest of the files it closed, when that is enough for all of them; else
 * nothing is known, for one may have been left early and the next read whole. For one thread.
 */
final class ClosedFiles {
    /** What is read while positions are being looked at counts for one side alone: at 5 GB/s in 200 us. */
    private static final long ALLOWED_BYTES = 1L << 20;

    private static final long UNKNOWN = -1;

    private Map<FileId, Long> reached = Map.of();
    private final Set<FileId> settled = new HashSet<>();
    private long counted = UNKNOWN;

    /** The positions or counts of this look say nothing: those of the next cannot be compared with them. */
    void lost() {
        reached = Map.of();
        counted = UNKNOWN;
    }

    /**
     * @param positions where it stands in each file it has open
     * @param closed sizes of the load's files that somebody has opened and this reader does not have open
     * @param beforeBytes what the process had read before it was asked for the positions; negative unknown
     * @param afterBytes and after that
     * @return files it has read to their ends, and where it was seen last in each
     */
    Map<FileId, Long> look(Map<FileId, Long> positions, Map<FileId, Long> closed, long beforeBytes, long afterBytes) {
        settled.removeAll(positions.keySet());
        Map<FileId, Long> fresh = new HashMap<>();
        long rests = 0;
        for (Map.Entry<FileId, Long> file : closed.entrySet()) {
            if (settled.add(file.getKey())) {
                long from = Math.min(reached.getOrDefault(file.getKey(), 0L), file.getValue());
                fresh.put(file.getKey(), from);
                rests += file.getValue() - from;
            }
        }
        long left = counted < 0 || beforeBytes < 0 ? UNKNOWN : unaccounted(positions, beforeBytes - counted);
        reached = Map.copyOf(positions);
        counted = afterBytes;
        return left >= 0 && left + ALLOWED_BYTES >= rests ? fresh : Map.of();
    }

    /** Unknown where a file it has open was read otherwise than on from where it stood. */
    private long unaccounted(Map<FileId, Long> positions, long readBytes) {
        long left = readBytes;
        for (Map.Entry<FileId, Long> file : positions.entrySet()) {
            long last = reached.getOrDefault(file.getKey(), UNKNOWN);
            if (file.getValue() <= last) {
                return UNKNOWN;
            }
            left -= file.getValue() - Math.max(0, last);
        }
        return left;
    }
}
