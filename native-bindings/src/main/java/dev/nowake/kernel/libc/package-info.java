/**
 * The C library as the backends see it: {@link dev.nowake.kernel.libc.LibC} with one method to implement.
 *
 * <p>Arguments are numbers alone, native addresses among them, so that callers allocate their own buffers and nothing
 * outside a backend needs the right to native access.
 */
package dev.nowake.kernel.libc;
