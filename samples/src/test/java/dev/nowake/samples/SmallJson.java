package dev.nowake.samples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A reader of JSON for tests: this module has no dependency, and a pattern could agree with a writer's mistake. */
final class SmallJson {
    private final String text;
    private int at;

    private SmallJson(String text) {
        this.text = text;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String text) {
        SmallJson reader = new SmallJson(text);
        Map<String, Object> all = (Map<String, Object>) reader.value();
        reader.blanks();
        if (reader.at != text.length()) {
            throw new IllegalArgumentException("more behind the document at " + reader.at);
        }
        return all;
    }

    private Object value() {
        blanks();
        return switch (text.charAt(at)) {
            case '{' -> map();
            case '[' -> list();
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, Object> map() {
        Map<String, Object> all = new LinkedHashMap<>();
        at++;
        blanks();
        while (text.charAt(at) != '}') {
            blanks();
            String key = string();
            blanks();
            expect(':');
            if (all.put(key, value()) != null) {
                throw new IllegalArgumentException("key twice: " + key);
            }
            blanks();
            if (text.charAt(at) == ',') {
                at++;
            }
        }
        at++;
        return all;
    }

    private List<Object> list() {
        List<Object> all = new ArrayList<>();
        at++;
        while (text.charAt(at) != ']') {
            all.add(value());
            blanks();
            if (text.charAt(at) == ',') {
                at++;
            }
        }
        at++;
        return all;
    }

    private String string() {
        expect('"');
        int end = text.indexOf('"', at);
        String word = text.substring(at, end);
        at = end + 1;
        return word;
    }

    private Object word() {
        int start = at;
        while ("0123456789.-+eEnulltrufas".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String word = text.substring(start, at);
        return switch (word) {
            case "null", "true", "false" -> word;
            default -> word.contains(".") ? (Object) Double.valueOf(word) : (Object) Long.valueOf(word);
        };
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private void expect(char wanted) {
        if (text.charAt(at) != wanted) {
            throw new IllegalArgumentException("no " + wanted + " at " + at);
        }
        at++;
    }
}
