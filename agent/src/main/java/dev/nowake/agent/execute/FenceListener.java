package dev.nowake.agent.execute;

/** Told when a mount stands still and when it returns something again. Must return at once; what it throws is dropped. */
public interface FenceListener {
    FenceListener NONE = new FenceListener() {};

    /** Nothing is asked of the mount from now on. {@code silentNanos}: since when it has returned nothing. */
    default void fenced(MountState mount, long silentNanos) {}

    /** It returned something; {@code fencedNanos}: after so long a time. */
    default void lifted(MountState mount, long fencedNanos) {}
}
