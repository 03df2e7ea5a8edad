/**
 * Asks the rule's policy and lets nothing through that the guard refuses: plans come out, nothing is done. {@code Decider}
 * is the way in. {@code PolicyRegistry} knows which policies there are and keeps that true while files change; a {@code
 * PolicyRunner} calls one of them, what is not trusted on a {@code PolicyThread} that the {@code Watchdog} looks after.
 */
package dev.nowake.agent.decide;
