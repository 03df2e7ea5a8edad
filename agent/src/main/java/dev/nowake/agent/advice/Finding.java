package dev.nowake.agent.advice;

import java.nio.file.Path;

/**
 * One thing that could be better.
 *
 * @param mount where; null for the whole host
 * @param figure what was read, with its unit
 * @param effect what that costs a load
 * @param command what cures it; may hold a word in capitals where only its user knows
 */
public record Finding(FindingId id, Path mount, String figure, String effect, String command) {}
