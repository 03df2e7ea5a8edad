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
import java.util.stream.Stream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rotation and bounds, with clocks that do what a test says. */
class JournalFileTest {
    private static final Instant START = Instant.parse("2026-11-21T16:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration YEARS = Duration.ofDays(3650);

    @TempDir
    Path folder;

    private Instant time = START;
    private long nanos;
    private int written;

    private Path current() {
        return folder.resolve("journal.jsonl");
    }

    private JournalFile file(JournalSettings settings) {
        return new JournalFile(current(), settings, () -> time, () -> nanos);
    }

    /** Both clocks go on. */
    private void pass(Duration duration) {
        time = time.plus(duration);
        nanos += duration.toNanos();
    }

    private void write(JournalFile file, int lines) throws IOException {
        for (int i = 0; i < lines; i++) {
            pass(Duration.ofMillis(10));
            file.write(("{\"time\":\"" + time + "\",\"number\":" + written++ + "}\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private List<Long> numbers() throws IOException {
        List<Long> numbers = new ArrayList<>();
        try (JournalReader reader = new JournalReader(current(), null)) {
            for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
                numbers.add(entry.number("number", -1));
            }
        }
        return numbers;
    }

    private int rotated() throws IOException {
        return new JournalFolder(current()).rotated().size();
    }

    private long bytes() throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path path : files.toList()) {
                sum += Files.size(path);
            }
        }
        return sum;
    }

    @Test
    void aFileThatHasGrownIsClosedUnderTheTimeOfDay() throws IOException {
        try (JournalFile file = file(new JournalSettings(1_000, 100_000, DAY))) {
            write(file, 100);
        }
        assertThat(rotated()).isBetween(4, 7);
        assertThat(new JournalFolder(current())
                        .rotated()
                        .getFirst()
                        .path()
                        .getFileName()
                        .toString())
                .matches("journal-20261121T1600\\d\\d\\.\\d{6}Z\\.jsonl");
        assertThat(numbers()).hasSize(100).isSorted();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).allSatisfy(path -> assertThat(Files.size(path)).isLessThanOrEqualTo(1_000));
        }
    }

    @Test
    void theOldestGoAndNothingElse() throws IOException {
        Path foreign = Files.writeString(folder.resolve("journal-notes.jsonl"), "x");
        Path similar = Files.writeString(folder.resolve("journal-20000101T000000.000000Z.jsonl.gz"), "x");
        try (JournalFile file = file(new JournalSettings(1_000, 5_000, DAY))) {
            for (int i = 0; i < 50; i++) {
                write(file, 10);
                assertThat(bytes()).isLessThanOrEqualTo(5_002);
            }
        }
        assertThat(foreign).exists();
        assertThat(similar).exists();
        List<Long> left = numbers();
        assertThat(left).isSorted().endsWith(499L);
        assertThat(left.size()).isEqualTo(500 - left.getFirst()).isGreaterThan(60);
    }

    @Test
    void boundsHoldAtAStartAndFromTheMomentTheyAreChanged() throws IOException {
        try (JournalFile file = file(new JournalSettings(1_000, 100_000, DAY))) {
            write(file, 300);
        }
        try (JournalFile file = file(new JournalSettings(1_000, 8_000, DAY))) {
            write(file, 1);
            assertThat(bytes()).isBetween(5_000L, 8_000L);
            file.apply(new JournalSettings(1_000, 3_000, DAY));
            assertThat(bytes()).isBetween(1_000L, 3_000L);
            assertThat(numbers()).endsWith(300L);
        }
    }

    @Test
    void whatIsOldGoesAFileAtATime() throws IOException {
        try (JournalFile file = file(new JournalSettings(1 << 20, 100 << 20, Duration.ofDays(8)))) {
            for (int day = 0; day < 30; day++) {
                write(file, 1);
                for (int hour = 0; hour < 24; hour++) {
                    pass(Duration.ofHours(1));
                    file.idle();
                }
            }
            assertThat(rotated()).isBetween(8, 9);
            assertThat(numbers()).containsExactly(22L, 23L, 24L, 25L, 26L, 27L, 28L, 29L);
        }
    }

    @Test
    void aClockThatJumpsForwardCostsAFileAnHour() throws IOException {
        JournalSettings settings = new JournalSettings(1_000, 100_000, Duration.ofDays(8));
        try (JournalFile file = file(settings)) {
            write(file, 200);
            int before = rotated();
            time = time.plus(YEARS);
            for (int minute = 0; minute < 30; minute++) {
                pass(Duration.ofMinutes(1));
                write(file, 1);
                file.idle();
            }
            assertThat(rotated()).isGreaterThanOrEqualTo(before - 1);
            time = time.minus(YEARS); // somebody set it right
            write(file, 200);
            pass(Duration.ofHours(10));
            file.idle();
            write(file, 1);
            assertThat(rotated()).isGreaterThan(before + 5);
            assertThat(numbers()).isSorted();
        }
        for (int start = 0; start < 3; start++) {
            int before = rotated();
            time = START.plus(YEARS);
            try (JournalFile file = file(settings)) {
                write(file, 1);
            }
            assertThat(rotated()).isGreaterThanOrEqualTo(before - 1);
        }
    }

    @Test
    void aClockThatJumpsBackStopsNoRotationAndKeepsTheOrder() throws IOException {
        try (JournalFile file = file(new JournalSettings(1_000, 5_000, Duration.ofDays(8)))) {
            write(file, 60);
            time = time.minus(YEARS);
            write(file, 200);
            assertThat(bytes()).isLessThanOrEqualTo(5_000);
            assertThat(numbers()).isSorted().endsWith(259L);
            for (int i = 0; i < 3; i++) { // by the steady clock
                Path before = new JournalFolder(current()).rotated().getLast().path();
                pass(Duration.ofDays(1));
                write(file, 1);
                assertThat(new JournalFolder(current()).rotated().getLast().path())
                        .isNotEqualTo(before);
            }
        }
    }

    @Test
    void whoeverTakesTheFileAwayGetsNoMoreOfIt() throws IOException {
        try (JournalFile file = file(JournalSettings.DEFAULT)) {
            write(file, 1);
            Path taken = Files.move(current(), folder.resolve("journal.jsonl.1"));
            pass(Duration.ofSeconds(2));
            write(file, 1);
            assertThat(Files.readAllLines(taken)).hasSize(1);
            assertThat(numbers()).containsExactly(1L);
            Files.delete(current());
            pass(Duration.ofSeconds(2));
            file.idle();
            write(file, 1);
            assertThat(numbers()).containsExactly(2L);
            Files.writeString(current(), "", StandardOpenOption.TRUNCATE_EXISTING);
            write(file, 1);
            assertThat(numbers()).containsExactly(3L);
            Path moved = Files.move(folder, folder.resolveSibling(folder.getFileName() + "-moved"));
            pass(Duration.ofSeconds(2));
            write(file, 1);
            assertThat(numbers()).containsExactly(4L);
            Files.delete(moved.resolve("journal.jsonl"));
            Files.delete(moved.resolve("journal.jsonl.1"));
            Files.delete(moved);
        }
    }

    @Test
    void aLineLargerThanAFileIsAFile() throws IOException {
        try (JournalFile file = file(new JournalSettings(10, 100, DAY))) {
            write(file, 5);
            assertThat(numbers()).endsWith(4L);
        }
    }

    /** Whatever the clock and others do: sorted, the newest line is there, and within the bound. */
    @Property(tries = 100)
    void neverMoreThanItMayBe(
            @ForAll @Size(max = 40) List<@IntRange(max = 9) Integer> deeds, @ForAll @IntRange(min = 200) int fileBytes)
            throws IOException {
        Assume.that(!deeds.isEmpty());
        folder = Files.createTempDirectory("journal");
        time = START; // one try's years are not the next one's
        try (JournalFile file = file(new JournalSettings(fileBytes, 4_000, DAY))) {
            for (int deed : deeds) {
                switch (deed) {
                    case 0 -> time = time.plus(YEARS);
                    case 1 -> time = time.minus(YEARS.dividedBy(3));
                    case 2 -> pass(Duration.ofHours(2));
                    case 3 -> file.idle();
                    case 4 -> Files.deleteIfExists(current());
                    default -> {
                        pass(Duration.ofSeconds(1));
                        write(file, deed * 2);
                    }
                }
                assertThat(bytes()).isLessThanOrEqualTo(4_000);
            }
            assertThat(numbers()).isSorted();
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path path : files.toList()) {
                    Files.delete(path);
                }
            }
            Files.delete(folder);
        }
    }
}
