package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Made lines of every kind, and what people read. */
class SentenceTest {
    static List<String> resource(String name) throws IOException {
        try (InputStream in = SentenceTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    static JournalEntry entry(String line) {
        return JournalReader.parse(line.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyKindIsSaidAsItIsWrittenDown() throws IOException {
        List<String> said = new ArrayList<>();
        for (String line : resource("lines.jsonl")) {
            said.add(Priority.of(entry(line)).label() + " | " + Sentence.of(entry(line)));
        }
        assertThat(String.join("\n", said)).isEqualTo(String.join("\n", resource("sentences.txt")));
    }

    @Test
    void theMadeLinesAreOfEveryKind() throws IOException {
        Set<LineKind> made = resource("lines.jsonl").stream()
                .map(line -> entry(line).lineKind())
                .collect(Collectors.toSet());
        assertThat(made).containsAll(List.of(LineKind.values()));
    }

    /** A value of any type for any field of any kind. */
    @Property(tries = 3_000)
    void anyFieldMayBeAnything(@ForAll("lines") String line) {
        JournalEntry entry = entry(line);
        assertThat(entry).as(line).isNotNull();
        String text = Sentence.of(entry);
        assertThat(text).hasSizeLessThan(2_000).doesNotContain("\n", "\u001b");
        assertThat(Priority.of(entry)).isNotNull();
        entry.time();
    }

    @Provide
    Arbitrary<String> lines() {
        Arbitrary<String> kinds = Arbitraries.of(
                Arrays.stream(LineKind.values()).map(LineKind::label).toList());
        Arbitrary<String> keys = Arbitraries.of(
                "model",
                "load",
                "seconds",
                "sizeBytes",
                "openedBytes",
                "readBytes",
                "residentBeforeBytes",
                "reason",
                "prefetchedBytes",
                "evictedBytes",
                "wouldReleaseBytes",
                "refused",
                "errors",
                "steps",
                "policy",
                "event",
                "failure",
                "path",
                "text",
                "time",
                "shard",
                "landedBytes",
                "wantedBytes",
                "lines",
                "since",
                "cancelled");
        Arbitrary<String> values = Arbitraries.of(
                "-1",
                "0",
                "1",
                "1e400",
                "-9223372036854775808",
                "9223372036854775807",
                "18446744073709551616",
                "1.5",
                "null",
                "true",
                "\"\"",
                "\"x\\u0000\\n\\u001b\"",
                "[]",
                "[1,[2],null,{\"lengthBytes\":-5}]",
                "{\"a\":{\"b\":1e999}}",
                "{\"mapped\":1e99}",
                "\"" + "y".repeat(2000) + "\"");
        Arbitrary<String> fields = Arbitraries.maps(keys, values)
                .ofMaxSize(10)
                .map(map -> map.entrySet().stream()
                        .map(field -> ",\"" + field.getKey() + "\":" + field.getValue())
                        .collect(Collectors.joining()));
        return net.jqwik.api.Combinators.combine(kinds, fields)
                .as((kind, rest) -> "{\"kind\":\"" + kind + "\"" + rest + "}");
    }
}
