package dev.nowake.agent.cli;

/** How a verb's result is written to stdout. Named as on the command line. */
public enum OutputFormat {
    /** For people; may change. */
    table,
    /** Exactly one document; a contract. */
    json
}
