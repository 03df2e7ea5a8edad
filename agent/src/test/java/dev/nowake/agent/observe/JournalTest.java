package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.PathBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JournalTest {
    @TempDir
    Path folder;

    private final Counters counters = new Counters();

    @Test
    void oneObjectALineWithTimeClockAndKind() throws IOException {
        Instant before = Instant.now();
        long clock = System.nanoTime();
        try (Journal journal = new Journal(file(), counters)) {
            journal.line(LineKind.OPEN)
                    .path(Path.of("/models/a b"))
                    .put("pid", 7)
                    .put("reason", null)
                    .log();
            journal.line(LineKind.CLOSE)
                    .put("reason", "two\nlines \u2028 and \"quotes\"")
                    .log();
        }
        List<JsonNode> lines = lines();
        assertThat(lines).hasSize(2);
        JsonNode open = lines.getFirst();
        assertThat(open.propertyNames()).containsExactly("time", "monotonicNanos", "kind", "run", "path", "pid");
        assertThat(open.get("time").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
        assertThat(Instant.parse(open.get("time").asString()))
                .isBetween(before.minusNanos(1000), before.plusSeconds(60));
        assertThat(open.get("monotonicNanos").asLong())
                .isBetween(clock, clock + Duration.ofMinutes(1).toNanos());
        assertThat(open.get("kind").asString()).isEqualTo("open");
        assertThat(open.get("path").asString()).isEqualTo("/models/a b");
        assertThat(lines.getLast().get("reason").asString()).isEqualTo("two\nlines \u2028 and \"quotes\"");
    }

    @Test
    void aNameThatIsNotUtf8IsEscapedAndKeptWhole() throws IOException {
        byte[] name = {'/', 'm', (byte) 0xff, '\n', 'x'};
        try (Journal journal = new Journal(file(), counters)) {
            journal.line(LineKind.OPEN).path(PathBytes.path(name)).log();
        }
        JsonNode line = lines().getFirst();
        assertThat(line.get("path").asString()).isEqualTo("/m\\xff\nx");
        assertThat(Base64.getDecoder().decode(line.get("pathBase64").asString()))
                .isEqualTo(name);
    }

    @Test
    void aJournalGoesOnWhereTheLastOneEnded() throws IOException {
        for (int i = 0; i < 3; i++) {
            try (Journal journal = new Journal(file(), counters)) {
                journal.line(LineKind.START).put("run", i).log();
            }
        }
        assertThat(lines()).extracting(line -> line.get("run").asInt()).containsExactly(0, 1, 2);
    }

    @Test
    void aLineCutOffByAKillSpoilsNoOther() throws IOException {
        Files.writeString(file(), "{\"kind\":\"op");
        try (Journal journal = new Journal(file(), counters)) {
            journal.line(LineKind.START).log();
        }
        List<String> lines = Files.readAllLines(file());
        assertThat(lines).hasSize(2);
        assertThat(JsonMapper.shared().readTree(lines.getLast()).get("kind").asString())
                .isEqualTo("start");
    }

    /** A pipe nobody reads stands for a disk that hangs: lines beyond the queue are dropped, and every one is counted. */
    @Test
    void aDiskThatHangsCostsLinesAndNeverTheCaller() throws Exception {
        Path pipe = file();
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        int logged = 20_000;
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (RandomAccessFile reader = new RandomAccessFile(pipe.toFile(), "rw");
                Journal journal = new Journal(pipe, counters)) {
            long began = System.nanoTime();
            for (int i = 0; i < logged; i++) {
                journal.line(LineKind.OPEN).put("number", i).log();
            }
            assertThat(System.nanoTime() - began)
                    .isLessThan(Duration.ofSeconds(5).toNanos());
            long dropped = counters.get(Counter.JOURNAL_DROPPED);
            assertThat(dropped).isPositive();
            byte[] buffer = new byte[1 << 16];
            for (long lines = 0; lines < logged - dropped + 1; ) { // and one that tells of those dropped
                int length = reader.read(buffer);
                read.write(buffer, 0, length);
                lines += newlines(buffer, length);
            }
        }
        List<JsonNode> lines = read.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        long told = lines.stream()
                .filter(line -> line.get("kind").asString().equals("lost"))
                .mapToLong(line -> line.get("lines").asLong())
                .sum();
        assertThat(told).isEqualTo(counters.get(Counter.JOURNAL_DROPPED));
        assertThat(lines.stream().filter(line -> line.get("kind").asString().equals("open")))
                .hasSize((int) (logged - told));
    }

    private static long newlines(byte[] bytes, int length) {
        return IntStream.range(0, length).filter(i -> bytes[i] == '\n').count();
    }

    @Test
    void aFullDiskCostsLinesUntilThereIsSpaceAgain() throws IOException {
        Path link = Files.createSymbolicLink(file(), Path.of("/dev/full"));
        Path real = folder.resolve("space");
        try (Journal journal = new Journal(link, counters)) {
            journal.line(LineKind.OPEN).log();
            journal.line(LineKind.OPEN).log();
            await().until(() -> counters.get(Counter.JOURNAL_DROPPED) == 2);
            Files.delete(link);
            Files.createSymbolicLink(link, real);
            journal.line(LineKind.CLOSE).log();
        }
        List<String> lines = Files.readAllLines(real);
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).contains("\"lost\"", "\"lines\":2");
        assertThat(lines.getLast()).contains("\"close\"");
        assertThat(counters.get(Counter.JOURNAL_DROPPED)).isEqualTo(2);
    }

    @Test
    void aValueJsonHasNoWordsForCostsItsLineOnly() throws IOException {
        try (Journal journal = new Journal(file(), counters)) {
            journal.line(LineKind.ERROR).put("reason", new Unspeakable()).log();
            journal.line(LineKind.CLOSE).log();
        }
        assertThat(lines()).extracting(line -> line.get("kind").asString()).containsExactly("lost", "close");
        assertThat(counters.get(Counter.JOURNAL_DROPPED)).isEqualTo(1);
    }

    /** A value whose looking-at fails. */
    public static final class Unspeakable {
        public String getReason() {
            throw new IllegalStateException("no");
        }
    }

    @Test
    void aFileThatCannotBeMadeIsTheCallersToReport() {
        assertThatThrownBy(() -> new Journal(folder.resolve("absent/journal.jsonl"), counters))
                .isInstanceOf(IOException.class);
    }

    private Path file() {
        return folder.resolve("journal.jsonl");
    }

    private List<JsonNode> lines() throws IOException {
        return Files.readAllLines(file()).stream()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }
}
