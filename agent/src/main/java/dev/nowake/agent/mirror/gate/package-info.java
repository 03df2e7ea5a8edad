/**
 * The mirror's gate: it holds a read of a missing range back until the bytes are there. Its thread answers the kernel and
 * does nothing else: it writes no log, opens nothing, asks no policy, and waits for nobody.
 */
package dev.nowake.agent.mirror.gate;
