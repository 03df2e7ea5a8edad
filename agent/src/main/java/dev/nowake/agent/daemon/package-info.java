/**
 * Wires one event's way: listen, identify, load, decide, govern, execute, observe. {@link dev.nowake.agent.daemon.Daemon}
 * makes the parts; {@link dev.nowake.agent.daemon.Engine} is the one thread that owns every load.
 */
package dev.nowake.agent.daemon;
