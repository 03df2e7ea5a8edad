package dev.nowake.agent.advice;

import dev.nowake.kernel.proc.Mount;
import java.util.Arrays;
import java.util.Optional;

/** What can be set while a filesystem stays mounted. */
public enum Fix {
    /** {@code read_ahead_kb} of its backing device. */
    READ_AHEAD("read-ahead"),
    /** {@code max_background} and {@code congestion_threshold} of its FUSE connection. */
    MAX_BACKGROUND("max-background");

    private final String label;

    Fix(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    public static Optional<Fix> of(String label) {
        return Arrays.stream(values()).filter(fix -> fix.label.equals(label)).findFirst();
    }

    String command(Mount mount) {
        return "nowake doctor --fix " + label + " " + ShellWord.of(mount.mountPoint());
    }
}
