package dev.nowake.agent.config;

import java.util.Map;

/**
 * Which loads get which policy.
 *
 * @param name as written, else {@code rule N} by its place in the list, from 1
 * @param where file and line, for people
 * @param args validated against the policy's declaration, defaults included
 * @param mode null where the root's applies
 * @param fallback who stands in while the policy is disabled; null where nobody is named
 */
public record Rule(
        String name, String where, Match match, String policy, Map<String, Object> args, Mode mode, Fallback fallback) {
    public Rule {
        args = Map.copyOf(args);
    }

    /** A policy and its arguments, validated. */
    public record Fallback(String policy, Map<String, Object> args) {
        public Fallback {
            args = Map.copyOf(args);
        }
    }

    /** The same rule, in another mode. */
    public Rule withMode(Mode other) {
        return new Rule(name, where, match, policy, args, other, fallback);
    }
}
