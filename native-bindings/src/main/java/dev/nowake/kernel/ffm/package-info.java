/** The C library through {@code java.lang.foreign}: the only package with restricted calls. */
package dev.nowake.kernel.ffm;
