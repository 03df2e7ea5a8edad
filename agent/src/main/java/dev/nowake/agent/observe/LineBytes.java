package dev.nowake.agent.observe;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** A line's fields as the bytes of a line. */
final class LineBytes {
    /** A plan of a thousand steps is as long; what is longer says so in place of its lists. */
    static final int MAX_BYTES = 256 << 10;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private LineBytes() {}

    /** With its end. Throws where a value is none that JSON has words for. */
    static byte[] of(Map<String, Object> fields) {
        fields.replaceAll((key, value) -> value instanceof Instant time ? TIME.format(time) : value);
        if (fields.get("path") instanceof Path path) {
            PathLabel label = PathLabel.of(path);
            fields.put("path", label.text());
            if (label.base64() != null) {
                fields.put("pathBase64", label.base64());
            }
        }
        byte[] text = JsonMapper.shared().writeValueAsBytes(fields);
        if (text.length >= MAX_BYTES) {
            text = JsonMapper.shared().writeValueAsBytes(shortened(fields, text.length));
        }
        byte[] line = Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        return line;
    }

    private static Map<String, Object> shortened(Map<String, Object> fields, int bytes) {
        Map<String, Object> kept = new LinkedHashMap<>();
        fields.forEach((key, value) -> {
            boolean small = value instanceof Number
                    || value instanceof Boolean
                    || value instanceof CharSequence text && text.length() <= MAX_BYTES / 64;
            if (small) {
                kept.put(key, value);
            }
        });
        kept.put("tooLongBytes", bytes);
        return kept;
    }
}
