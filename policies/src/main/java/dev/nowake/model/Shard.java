package dev.nowake.model;

/**
 * One weight file of a model.
 *
 * @param index its place in the order loaders consume, from 0
 * @param path a label, as first reached; may be lossy for names that are not UTF-8
 */
public record Shard(FileId id, int index, String path, long sizeBytes) {}
