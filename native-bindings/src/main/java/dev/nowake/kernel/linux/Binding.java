package dev.nowake.kernel.linux;

/** Who makes the calls. */
public enum Binding {
    /** FFM, or jnr-ffi where the JVM refuses FFM. */
    AUTO,
    /** java.lang.foreign. */
    FFM,
    /** jnr-ffi. */
    JNR
}
