package dev.nowake.agent.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.yaml.YAMLFactory;

/** A YAML document that remembers the line of everything in it, so that an error can name it. */
sealed interface YamlNode {
    int line();

    record Scalar(String text, int line) implements YamlNode {}

    record Sequence(List<YamlNode> items, int line) implements YamlNode {}

    record Mapping(Map<String, YamlNode> entries, Map<String, Integer> keyLines, int line) implements YamlNode {}

    /** Deeper documents are refused: the configuration has four levels. */
    int MAX_DEPTH = 20;

    /** An empty document is an empty mapping. */
    static YamlNode parse(String text) throws ConfigException {
        try (JsonParser parser = new YAMLFactory().createParser(tools.jackson.core.ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                return new Mapping(Map.of(), Map.of(), 1);
            }
            YamlNode document = node(parser, 0);
            if (parser.nextToken() != null) {
                throw new ConfigException(
                        "line " + parser.currentTokenLocation().getLineNr() + ": a second document begins");
            }
            return document;
        } catch (JacksonException broken) {
            throw new ConfigException("line " + broken.getLocation().getLineNr() + ": "
                    + broken.getOriginalMessage().lines().findFirst().orElse("not YAML"));
        } catch (StackOverflowError deep) {
            throw new ConfigException("nested too deep");
        }
    }

    private static YamlNode node(JsonParser parser, int depth) throws ConfigException {
        int line = parser.currentTokenLocation().getLineNr();
        if (depth > MAX_DEPTH) {
            throw new ConfigException("line " + line + ": nested too deep");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(parser, depth, line);
            case START_ARRAY -> {
                List<YamlNode> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(node(parser, depth + 1));
                }
                yield new Sequence(items, line);
            }
            default -> new Scalar(parser.getString() == null ? "" : parser.getString(), line);
        };
    }

    private static YamlNode mapping(JsonParser parser, int depth, int line) throws ConfigException {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        Map<String, Integer> keyLines = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            int keyLine = parser.currentTokenLocation().getLineNr();
            parser.nextToken();
            if (entries.put(key, node(parser, depth + 1)) != null) {
                throw new ConfigException("line " + keyLine + ": '" + key + "' stands twice");
            }
            keyLines.put(key, keyLine);
        }
        return new Mapping(entries, keyLines, line);
    }
}
