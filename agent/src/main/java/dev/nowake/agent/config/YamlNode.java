package dev.nowake.agent.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.yaml.YAMLFactory;

/** A YAML document that remembers where everything in it stands, so that an error can name it. */
sealed interface YamlNode {
    Place place();

    record Scalar(String text, Place place) implements YamlNode {}

    /** Nothing behind a key, or {@code null}: as though the key were not there, in this file and those before it. */
    record Nothing(Place place) implements YamlNode {}

    record Sequence(List<YamlNode> items, Place place) implements YamlNode {}

    record Mapping(Map<String, YamlNode> entries, Map<String, Place> keyPlaces, Place place) implements YamlNode {}

    /** Deeper documents are refused: the configuration has four levels. */
    int MAX_DEPTH = 20;

    /** An empty document is an empty mapping. {@code file} is for places and messages alone. */
    static YamlNode parse(Path file, String text) throws ConfigException {
        try (JsonParser parser = new YAMLFactory().createParser(tools.jackson.core.ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                return new Mapping(Map.of(), Map.of(), new Place(file, 1));
            }
            YamlNode document = node(file, parser, 0);
            if (parser.nextToken() != null) {
                throw wrong(file, line(parser), "a second document begins");
            }
            return document instanceof Nothing ? new Mapping(Map.of(), Map.of(), document.place()) : document;
        } catch (JacksonException broken) {
            throw wrong(
                    file,
                    broken.getLocation().getLineNr(),
                    broken.getOriginalMessage().lines().findFirst().orElse("not YAML"));
        } catch (StackOverflowError deep) {
            throw wrong(file, 0, "nested too deep");
        }
    }

    private static ConfigException wrong(Path file, int line, String message) {
        return new ConfigException(new Place(file, line) + ": " + message);
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    private static YamlNode node(Path file, JsonParser parser, int depth) throws ConfigException {
        Place place = new Place(file, line(parser));
        if (depth > MAX_DEPTH) {
            throw wrong(file, place.line(), "nested too deep");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(file, parser, depth, place);
            case START_ARRAY -> {
                List<YamlNode> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(node(file, parser, depth + 1));
                }
                yield new Sequence(items, place);
            }
            case VALUE_NULL -> new Nothing(place);
            default -> {
                String text = parser.getString() == null ? "" : parser.getString();
                yield text.equals("~") ? new Nothing(place) : new Scalar(text, place); // the parser knows null alone
            }
        };
    }

    private static YamlNode mapping(Path file, JsonParser parser, int depth, Place place) throws ConfigException {
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        Map<String, Place> keyPlaces = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Place keyPlace = new Place(file, line(parser));
            parser.nextToken();
            if (entries.put(key, node(file, parser, depth + 1)) != null) {
                throw wrong(file, keyPlace.line(), "'" + key + "' stands twice");
            }
            keyPlaces.put(key, keyPlace);
        }
        return new Mapping(entries, keyPlaces, place);
    }
}
