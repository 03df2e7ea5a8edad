/**
 * The C library through jnr-ffi, for a JVM that withholds native access from FFM: one without a native linker, or one
 * that names who may have it and leaves nowake out. jnr-ffi loads its own library, which a JVM that refuses native
 * access to the whole class path refuses as well. Half as fast as FFM per call, and not loaded unless it is needed.
 */
package dev.nowake.kernel.jnr;
