package dev.nowake.agent.observe;

/** Counters that differ in one thing alone, and are told as one metric with a label for it. */
public enum CounterFamily {
    REFUSED("evict_refused_bytes", "reason", "bytes that were to be dropped and stayed, by what kept them"),
    POLICY_FAILURES("policy_failures", "kind", "policy calls that failed, by how");

    private final String metric;
    private final String label;
    private final String help;

    CounterFamily(String metric, String label, String help) {
        this.metric = metric;
        this.label = label;
        this.help = help;
    }

    /** Without prefix and {@code _total}. */
    public String metric() {
        return metric;
    }

    /** The name of the label that tells them apart. */
    public String label() {
        return label;
    }

    public String help() {
        return help;
    }
}
