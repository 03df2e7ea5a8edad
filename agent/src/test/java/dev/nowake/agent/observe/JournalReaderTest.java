package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.JournalSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class JournalReaderTest {
    @TempDir
    Path folder;

    private static final String FIRST = "journal-20260101T000000.000001Z.jsonl";
    private static final String SECOND = "journal-20260102T000000.000000Z.jsonl";

    private Path current() {
        return folder.resolve("journal.jsonl");
    }

    private void put(String name, String... lines) throws IOException {
        Files.writeString(
                folder.resolve(name),
                String.join("\n", lines) + (lines.length == 0 ? "" : "\n"),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static String line(int number) {
        return "{\"kind\":\"open\",\"number\":" + number + "}";
    }

    private static List<Long> numbers(JournalReader reader) throws IOException {
        List<Long> numbers = new ArrayList<>();
        for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
            numbers.add(entry.number("number", -1));
        }
        return numbers;
    }

    @Test
    void filesAreReadInTheOrderOfTheirNamesAndTheCurrentOneLast() throws IOException {
        put("journal.jsonl", line(5), line(6));
        put(SECOND, line(3), line(4));
        put(FIRST, line(1), line(2));
        put("journal-old.jsonl", line(90));
        put("journal.jsonl.1", line(91));
        put("journal-20261399T000000.000000Z.jsonl", line(92));
        Files.createDirectory(folder.resolve("journal-20260103T000000.000000Z.jsonl"));
        try (JournalReader reader = new JournalReader(current(), null)) {
            assertThat(numbers(reader)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
            assertThat(reader.skipped()).isZero();
        }
        try (JournalReader reader = new JournalReader(current(), Instant.parse("2026-01-02T00:00:00Z"))) {
            assertThat(numbers(reader)).containsExactly(3L, 4L, 5L, 6L);
        }
    }

    @Test
    void nothingThereIsNoLine() throws IOException {
        try (JournalReader reader = new JournalReader(folder.resolve("absent/journal.jsonl"), null)) {
            assertThat(reader.next()).isNull();
        }
        put(FIRST, line(1));
        try (JournalReader reader = new JournalReader(current(), null)) {
            assertThat(numbers(reader)).containsExactly(1L);
            put("journal.jsonl", line(2));
            assertThat(numbers(reader)).containsExactly(2L);
        }
    }

    @Test
    void whatIsNoLineIsPassedOver() throws IOException {
        put(FIRST, line(1), "", "no json", "[1]", "\"text\"", "7", "{\"kind\":", "{\"a\":".repeat(2000), line(2));
        Files.write(
                folder.resolve(FIRST),
                new byte[] {0, (byte) 0xff, 27, '[', '\n', '{', 0, '}', '\n'},
                StandardOpenOption.APPEND);
        put(FIRST, "x".repeat(5 << 20), line(3), "{\"number\":1e999999999}");
        Files.writeString(folder.resolve(FIRST), "{\"kind\":\"torn", StandardOpenOption.APPEND);
        put("journal.jsonl", line(4));
        try (JournalReader reader = new JournalReader(current(), null)) {
            assertThat(numbers(reader)).contains(1L, 2L, 3L, 4L);
            assertThat(reader.skipped()).isBetween(10L, 11L);
        }
    }

    @Test
    void aLineIsReadWhenItIsWhole() throws IOException {
        Files.writeString(current(), "{\"number\":");
        try (JournalReader reader = new JournalReader(current(), null)) {
            assertThat(reader.next()).isNull();
            Files.writeString(current(), "1}\n{\"num", StandardOpenOption.APPEND);
            assertThat(numbers(reader)).containsExactly(1L);
            Files.writeString(current(), "ber\":2}\n", StandardOpenOption.APPEND);
            assertThat(numbers(reader)).containsExactly(2L);
            assertThat(reader.skipped()).isZero();
        }
    }

    @Test
    void whoFollowsMissesNoLineOverRotations() throws IOException {
        put("journal.jsonl", line(1));
        try (JournalReader reader = new JournalReader(current(), null)) {
            assertThat(numbers(reader)).containsExactly(1L);
            put("journal.jsonl", line(2));
            Files.move(current(), folder.resolve(FIRST));
            put("journal.jsonl", line(3));
            Files.move(current(), folder.resolve(SECOND));
            assertThat(numbers(reader)).containsExactly(2L, 3L);
            put("journal.jsonl", line(4));
            assertThat(numbers(reader)).containsExactly(4L);
            Files.delete(current()); // somebody removed it, and the daemon began anew
            put("journal.jsonl", line(5));
            assertThat(numbers(reader)).containsExactly(5L);
            Files.writeString(current(), line(6) + "\n"); // or cut it off
            Files.writeString(current(), "", StandardOpenOption.TRUNCATE_EXISTING);
            assertThat(numbers(reader)).isEmpty();
            put("journal.jsonl", line(7));
            assertThat(numbers(reader)).containsExactly(7L);
        }
    }

    /** Files so small that they change every hundred lines, and a reader that is always a little behind. */
    @Test
    void aReaderBesideAWriterSeesEveryLineOnceInOrder() throws Exception {
        JournalSettings small = new JournalSettings(10_000, 64 << 20, Duration.ofDays(1));
        int lines = 10_000;
        List<Long> seen = new ArrayList<>();
        try (Journal journal = new Journal(current(), new Counters(), small);
                JournalReader reader = new JournalReader(current(), null)) {
            int written = 0;
            while (seen.size() < lines) {
                for (; written < lines && written - seen.size() < 1_000; written++) {
                    journal.line(LineKind.OPEN).put("number", written).log();
                }
                seen.addAll(numbers(reader));
            }
        }
        for (int i = 0; i < lines; i++) {
            assertThat(seen.get(i)).isEqualTo(i);
        }
        assertThat(new JournalFolder(current()).rotated()).hasSizeGreaterThan(50);
    }

    @Test
    void fieldsOfTheWrongTypeAreAsIfNotThere() {
        JournalEntry entry =
                JournalReader.parse("{\"kind\":7,\"time\":\"soon\",\"load\":1e300,\"seconds\":\"x\",\"run\":{}}"
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(entry.kind()).isEmpty();
        assertThat(entry.lineKind()).isNull();
        assertThat(entry.time()).isNull();
        assertThat(entry.load()).isZero();
        assertThat(entry.decimal("seconds")).isNaN();
        assertThat(entry.run()).isEmpty();
    }
}
