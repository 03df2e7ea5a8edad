/**
 * The executor: the only code that acts on page cache.
 *
 * <p>What to do comes in as ranges ({@link dev.nowake.agent.execute.PrefetchJob#add},
 * {@link dev.nowake.agent.execute.Evictor}); how to do it is decided here, per mount
 * ({@link dev.nowake.agent.execute.MountTraits}). Advice to the kernel is a request, so every chunk is looked at
 * afterwards and what was asked for and what landed are counted apart. How much one mount may have in flight is learned
 * here, from what it returns ({@link dev.nowake.agent.execute.InFlightLaw}); how much all of them together, and how much
 * memory there is, is not: each chunk also asks a {@link dev.nowake.agent.execute.ByteBudget}.
 */
package dev.nowake.agent.execute;
