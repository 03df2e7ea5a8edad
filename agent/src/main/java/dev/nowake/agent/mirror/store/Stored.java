package dev.nowake.agent.mirror.store;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * How a mirror stands, for people.
 *
 * @param filesystem of the local disk
 * @param complete files all of whose bytes are durable
 * @param sizeBytes of all files together
 * @param filledBytes of these that are here
 * @param budgetBytes what they may take of the disk now
 * @param leaving replaced files that somebody still has open
 * @param lastScan when the remote was last looked through to its end; null for never
 * @param callsLeftBehind calls on the remote that have not come back
 * @param last what came of the last look; null before the first
 * @param toldAtStart what had to be done about what an earlier daemon had left
 */
public record Stored(
        String name,
        Path remote,
        Path local,
        String filesystem,
        int files,
        int complete,
        int incomplete,
        long sizeBytes,
        long filledBytes,
        long budgetBytes,
        int leaving,
        Instant lastScan,
        RemoteState state,
        int callsLeftBehind,
        SyncOutcome last,
        List<String> toldAtStart) {}
