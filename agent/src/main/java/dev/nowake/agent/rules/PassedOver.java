package dev.nowake.agent.rules;

import dev.nowake.agent.config.Rule;

/** A rule that did not match, and the first condition that failed, in one line. */
public record PassedOver(Rule rule, String condition) {}
