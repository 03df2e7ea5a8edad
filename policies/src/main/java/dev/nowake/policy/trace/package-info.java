/**
 * What loads touched, as data: accesses in their order, the two formats they are written in, and what can be said of them.
 * Reads and writes streams that others opened.
 */
package dev.nowake.policy.trace;
