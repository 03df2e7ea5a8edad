package dev.nowake.agent.observe;

import java.time.DateTimeException;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * One line of a journal, as it was read. It may come from another version of nowake, or from whoever can write to the file:
 * every field may be missing or of another type, and is then as if it were not there.
 *
 * @param fields an object
 * @param raw the line's bytes without its end
 */
public record JournalEntry(JsonNode fields, byte[] raw) {
    /** The word in {@code kind}; empty where there is none. */
    public String kind() {
        return text("kind");
    }

    /** Null for a kind this version does not know. */
    public LineKind lineKind() {
        return LineKind.of(kind());
    }

    /** Null where the line has none. */
    public Instant time() {
        try {
            return Instant.parse(text("time"));
        } catch (DateTimeException none) {
            return null;
        }
    }

    /** Which daemon wrote it: load numbers are its own. Empty where the line does not say. */
    public String run() {
        return text("run");
    }

    /** The number of the load it is about; 0 for none. */
    public long load() {
        return number("load", 0);
    }

    /** A text; empty where there is none. */
    public String text(String key) {
        JsonNode value = fields.get(key);
        return value != null && value.isString() ? value.stringValue() : "";
    }

    /** A whole number that a {@code long} can hold. */
    public long number(String key, long otherwise) {
        JsonNode value = fields.get(key);
        return value != null && value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : otherwise;
    }

    /** Any number; NaN where there is none. */
    public double decimal(String key) {
        JsonNode value = fields.get(key);
        return value != null && value.isNumber() ? value.asDouble(Double.NaN) : Double.NaN;
    }

    public boolean has(String key) {
        return fields.has(key);
    }
}
