package dev.nowake.agent.mirror;

/**
 * What makes a remote file the one it was: its size, its time of change, and its tag where the storage gives it one.
 *
 * @param sizeBytes its length
 * @param mtimeNanos its time of modification since 1970, in nanoseconds
 * @param etag the storage's tag of the content; null where it has none
 */
public record Identity(long sizeBytes, long mtimeNanos, String etag) {}
