package dev.nowake.agent.execute;

/** Why pages stayed. */
public enum Refusal {
    /** A process maps them. */
    MAPPED("mapped"),
    /** They are dirty or under writeback. */
    DIRTY("dirty"),
    /** They are locked, in flight, or held for a moment. */
    BUSY("busy");

    private final String label;

    Refusal(String label) {
        this.label = label;
    }

    /** The name in JSON and in the journal. */
    public String label() {
        return label;
    }
}
