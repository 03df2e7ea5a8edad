package dev.nowake.policy;

/** One NUMA node's memory, bytes, as the kernel counts it. */
public record NodeView(int id, long totalBytes, long freeBytes, long fileBytes) {}
