/** What the operator asked for: the configuration file and the options of {@code run}, checked before anything starts. */
package dev.nowake.agent.config;
