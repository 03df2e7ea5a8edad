package dev.nowake.agent.rules;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.decide.Assignment;

/** A policy some rule or root names, for what is about no load: time that passes, memory that runs short. */
public record Standing(Assignment assignment, Mode mode) {}
