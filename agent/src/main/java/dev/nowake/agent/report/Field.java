package dev.nowake.agent.report;

import tools.jackson.databind.JsonNode;

/** Fields of a journal line that may be missing, of another type, or absurd. */
final class Field {
    /** Beyond any file: what is larger is no count of bytes. */
    private static final long MOST = 1L << 60;

    /** A line of text in the page. */
    private static final int LONGEST = 1000;

    private Field() {}

    /** -1 where there is no number of 0 or more. */
    static long number(JsonNode line, String name) {
        JsonNode value = line.path(name);
        double number = value.isNumber() ? value.asDouble(-1) : -1;
        return number >= 0 && number <= MOST ? (long) (value.isIntegralNumber() ? value.asLong(-1) : number) : -1;
    }

    /** NaN where there is none. */
    static double decimal(JsonNode line, String name) {
        JsonNode value = line.path(name);
        double number = value.isNumber() ? value.asDouble(Double.NaN) : Double.NaN;
        return number >= 0 && number <= 1e9 ? number : Double.NaN;
    }

    /** Null where there is none; cut where it is long. */
    static String text(JsonNode line, String name) {
        JsonNode value = line.path(name);
        if (!value.isString()) {
            return null;
        }
        String text = value.asString();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
