/**
 * A load: everybody who reads one model, from the first open to the last close. Single-threaded state of the engine; knows
 * what was asked, what was resident before, who reads, and when it is over. Acts on nothing.
 */
package dev.nowake.agent.load;
