/**
 * Hears files being opened and closed. One group and one thread per filesystem, so that a mount that hangs deafens nobody
 * else; everything heard becomes a {@link dev.nowake.agent.listen.Sighting} for the engine.
 */
package dev.nowake.agent.listen;
