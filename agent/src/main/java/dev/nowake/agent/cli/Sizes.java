package dev.nowake.agent.cli;

import dev.nowake.agent.observe.Amounts;
import tools.jackson.databind.JsonNode;

/** Bytes for people, as the journal writes them. */
final class Sizes {
    private Sizes() {}

    static String of(long bytes) {
        return Amounts.bytes(bytes);
    }

    /** A dash for what is no number. */
    static String of(JsonNode bytes) {
        return bytes.isNumber() ? of(bytes.asLong()) : "-";
    }

    static String digits(double value) {
        return Amounts.digits(value);
    }

    static int percent(long part, long whole) {
        return Amounts.percent(part, whole);
    }
}
