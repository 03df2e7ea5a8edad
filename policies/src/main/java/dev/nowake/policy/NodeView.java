package dev.nowake.policy;

/**
 * One NUMA node's memory, bytes, as the kernel counts it.
 *
 * @param freeBlockBytes of the free ones, those in blocks of 2 MiB and larger; -1 where the kernel does not tell
 */
public record NodeView(int id, long totalBytes, long freeBytes, long freeBlockBytes, long fileBytes) {}
