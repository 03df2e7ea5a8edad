package dev.nowake.agent.govern;

/** Why prefetch got no bytes. */
public enum Shortage {
    NONE("none"),
    /** As many bytes are asked of storage as may be. */
    IN_FLIGHT("in flight"),
    /** Free memory is not above the watermarks by more than the margin. */
    MEMORY("no free memory above the watermarks"),
    /** What is free was made free by another load, which is about to use it again. */
    OTHER_LOADS("free memory is another load's room"),
    /** The memory limit of this process's own cgroup. */
    OWN_LIMIT("memory limit of nowake's own cgroup"),
    /** /proc/zoneinfo cannot be read. */
    UNKNOWN("free memory cannot be read");

    private final String label;

    Shortage(String label) {
        this.label = label;
    }

    /** Not the storage's and not another load's. */
    public boolean isOfMemory() {
        return this == MEMORY || this == OWN_LIMIT || this == UNKNOWN;
    }

    /** For people. */
    public String label() {
        return label;
    }
}
