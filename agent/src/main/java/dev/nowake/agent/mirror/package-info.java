/**
 * The mirror: a local tree that shows every file of a slow remote one, and fills what a loader reads before its read
 * returns. {@code Store} keeps the tree and what is known of it, {@code Filler} brings bytes, the gate answers the kernel.
 */
package dev.nowake.agent.mirror;
