package dev.nowake.agent.mirror.gate;

/**
 * What a gate has done since it opened.
 *
 * @param passed accesses let through at once
 * @param held accesses that waited for bytes
 * @param refused of those, how many ended in an error
 * @param waiting how many wait now
 * @param oldestWaitSeconds how long the oldest of them has
 * @param tripped whether the watch has closed the gate
 */
public record GateFigures(
        long passed, long held, long refused, int waiting, double oldestWaitSeconds, boolean tripped) {}
