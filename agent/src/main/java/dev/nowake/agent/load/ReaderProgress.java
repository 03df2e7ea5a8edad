package dev.nowake.agent.load;

/**
 * What is known of one reader of a load.
 *
 * @param touchedBytes of all shards it has open or mapped; an estimate
 */
public record ReaderProgress(ProgressSource source, long touchedBytes) {
    public static final ReaderProgress UNKNOWN = new ReaderProgress(ProgressSource.UNKNOWN, 0);
}
