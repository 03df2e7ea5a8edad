package dev.nowake.agent.mirror.store;

import java.time.Duration;
import java.util.List;

/**
 * What came of bringing the tree in line with the remote folder.
 *
 * @param unreachable why the remote folder could not be looked through; null where it was. What was seen until then holds
 * @param whole whether every name of it was seen: only then what was not seen is gone
 * @param files the remote files seen
 * @param appeared files that were not here
 * @param changed files that are not those they were
 * @param removed files that are not here any more
 * @param kept files that are gone from the remote and stay
 * @param skipped names that are not shown, or could not be looked at
 * @param told one line each, the first {@link #MOST_TOLD} of what was skipped, failed, or put aside
 */
public record SyncOutcome(
        String unreachable,
        boolean whole,
        int files,
        int appeared,
        int changed,
        int removed,
        int kept,
        int skipped,
        List<String> told,
        Duration took) {
    static final int MOST_TOLD = 100;
}
