/**
 * A kernel in memory, for tests of everything above the ports: files, page cache, fanotify and processes that read, with
 * the real one's refusals (silent cuts, folios half in a range, dirty and mapped pages, merged and lost events).
 *
 * <p>Start at {@link dev.nowake.kernel.fake.FakeKernel}. It passes the same contract suite as the backends that call a
 * kernel.
 */
package dev.nowake.kernel.fake;
