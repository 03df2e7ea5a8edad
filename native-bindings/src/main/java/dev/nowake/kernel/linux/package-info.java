/**
 * The ports on a running Linux, written once over {@link dev.nowake.kernel.libc.LibC}: structures, flags, fallbacks and
 * clamping live here; who makes the call is the binding's business.
 *
 * <p>Structures are laid out by hand, little-endian and 64-bit, which x86_64 and aarch64 share.
 */
package dev.nowake.kernel.linux;
