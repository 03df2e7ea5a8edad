package dev.nowake.policy;

/**
 * Memory pressure as {@code /proc/pressure/memory} says it: per cent of the last ten seconds in which some, or all, tasks
 * waited for memory. Zero where the kernel does not tell.
 */
public record PressureView(double some, double full) {
    public static final PressureView NONE = new PressureView(0, 0);
}
