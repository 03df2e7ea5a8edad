package dev.nowake.agent.config;

import java.util.Locale;

/** Whether plans are carried out. */
public enum Mode {
    /** Everything is computed and logged, nothing is touched. */
    OBSERVE,
    /** Plans are carried out. */
    ENFORCE;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
