/**
 * Policies: what should be prefetched and evicted, as data. A policy gets everything it may know in its input and returns
 * steps; it has no clock, no files and no threads.
 */
package dev.nowake.policy;
