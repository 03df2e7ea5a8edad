/** The real kernel: each contract once per binding, and what only a real kernel shows. */
package dev.nowake.kernel.linux;
