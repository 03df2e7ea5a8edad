/**
 * What {@code /proc} and {@code /sys} say of the host and its processes, as immutable records.
 *
 * <p>Every reader takes the root of the tree ({@code /} on a host, a folder in tests) and looks once: no state, no
 * threads, nothing kept open. What is missing, unreadable or makes no sense is an empty value, never an exception: kernels
 * add and drop lines, processes vanish half-read, and a container shows what it likes. Where that difference matters the
 * record says so ({@link dev.nowake.kernel.proc.OpenFileScan.Users#hidden}). Reading never follows into a
 * filesystem that may hang, except where a docstring says when.
 */
package dev.nowake.kernel.proc;
