/**
 * A simulated host that a recorded load runs on again, in virtual time, with a policy beside it. It answers "what would this
 * policy have changed?" without a kernel, a disk or a minute of waiting.
 *
 * <p>{@link dev.nowake.policy.sim.Simulation} wires the parts: readers come to their recorded ranges, the cache says what is
 * there, the storage serves what is missing, and the policy is asked as the daemon asks it. Everything happens as events of
 * one time line; equal inputs give equal results to the last digit.
 */
package dev.nowake.policy.sim;
