package dev.nowake.agent.config;

import java.util.Locale;

/** Whether plans are carried out. */
public enum Mode {
    /** Everything is computed and logged, nothing is touched. */
    OBSERVE,
    /** Plans are carried out. */
    ENFORCE;

    /** Throws {@link IllegalArgumentException} with one line that says what to write instead. */
    static Mode of(String label) {
        for (Mode mode : values()) {
            if (mode.label().equals(label)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("mode is 'observe' or 'enforce', not '" + label + "'");
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
