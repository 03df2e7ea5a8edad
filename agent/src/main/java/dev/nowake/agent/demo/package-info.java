/** {@code nowake demo}: one model, the same unmodified loader without and with the daemon, side by side. */
package dev.nowake.agent.demo;
