package dev.nowake.agent.execute;

import dev.nowake.kernel.Errno;
import dev.nowake.model.FileId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What became of one file's ranges, as looked at afterwards. Holes count nowhere.
 *
 * @param requestedBytes bytes with data that were not resident when the file's turn came
 * @param landedBytes those of them seen resident after their chunk was fetched
 * @param alreadyResidentBytes bytes that were resident when the file's turn came
 * @param movedBytes bytes that were resident on another node than wanted and were dropped, to be read again
 * @param immovableBytes those that could not be dropped
 * @param verified residency could be looked at; where it could not, landed is what the calls claimed
 * @param truncated the file was shorter than its ranges, or became so
 * @param errors chunks that failed, by errno
 */
public record FileOutcome(
        FileId id,
        long requestedBytes,
        long landedBytes,
        long alreadyResidentBytes,
        long movedBytes,
        long immovableBytes,
        boolean verified,
        boolean truncated,
        Map<Errno, Integer> errors) {
    public FileOutcome {
        errors = Collections.unmodifiableMap(new LinkedHashMap<>(errors));
    }

    public long missedBytes() {
        return requestedBytes - landedBytes;
    }
}
