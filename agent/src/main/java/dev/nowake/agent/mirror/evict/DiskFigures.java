package dev.nowake.agent.mirror.evict;

/**
 * How a mirror's disk stood when it was last looked at, and what has left it since its start.
 *
 * @param standing after what was evicted
 * @param missingBytes of what was needed, and could not be made room for
 * @param why as many as that are missing; empty where none are
 * @param agoSeconds since the look
 */
public record DiskFigures(DiskStanding standing, long missingBytes, String why, double agoSeconds, DiskCounts counts) {}
