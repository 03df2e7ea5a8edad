/**
 * The kernel as nowake sees it: ports and value types, no calls.
 *
 * <p>Callers hold a {@link dev.nowake.kernel.Kernel} and ask its ports; the backends
 * ({@code .linux} over {@code .ffm} or {@code .jnr}) answer, and a fake in the test-jar passes the same contract suite.
 * Offsets and lengths are bytes; pages become bytes inside the backends and nowhere else.
 */
package dev.nowake.kernel;
