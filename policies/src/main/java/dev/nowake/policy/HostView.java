package dev.nowake.policy;

/** The host's memory, bytes, as the kernel counts it. */
public record HostView(long totalBytes, long freeBytes, long availableBytes) {}
