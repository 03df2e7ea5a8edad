package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.JournalSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a real filesystem of one mebibyte. */
@Tag("kernel")
@Timeout(60)
class JournalDiskTest {
    private static final Duration AGE = Duration.ofDays(14);

    @TempDir
    Path folder;

    private final Counters counters = new Counters();
    private Path disk;
    private Path filler;
    private int logged;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        filler = disk.resolve("filler");
        run("mount", "-t", "tmpfs", "-o", "size=1m", "nowake-test", disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l", disk.toString());
    }

    private static void run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", words)).isZero();
    }

    private void fill() throws IOException {
        byte[] page = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(page);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private void log(Journal journal, int lines) {
        long began = System.nanoTime();
        for (int i = 0; i < lines; i++) {
            journal.line(LineKind.OPEN).put("number", logged++).log();
        }
        assertThat(System.nanoTime() - began).isLessThan(Duration.ofSeconds(5).toNanos());
    }

    private long dropped() {
        return counters.get(Counter.JOURNAL_DROPPED);
    }

    private List<JournalEntry> entries() throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        try (JournalReader reader = new JournalReader(disk.resolve("journal.jsonl"), null)) {
            for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry);
            }
            assertThat(reader.skipped()).isZero();
        }
        return entries;
    }

    private long newest() throws IOException {
        List<JournalEntry> entries = entries();
        return entries.isEmpty() ? -1 : entries.getLast().number("number", -1);
    }

    @Test
    void aFullAndAReadOnlyDiskCostLinesThatOneLineTellsOf() throws Exception {
        JournalSettings settings = new JournalSettings(1 << 20, 8 << 20, AGE);
        Instant before = Instant.now().minusSeconds(1);
        try (Journal journal = new Journal(disk.resolve("journal.jsonl"), counters, settings)) {
            log(journal, 10);
            await().until(() -> entries().size() == 10);
            fill();
            log(journal, 1_000);
            await().until(() -> dropped() > 800);
            log(journal, 1);
            long full = dropped();
            await().untilAsserted(() -> run("mount", "-o", "remount,ro", disk.toString()));
            log(journal, 20);
            await().until(() -> dropped() >= full + 20);
            run("mount", "-o", "remount,rw", disk.toString());
            Files.delete(filler);
            log(journal, 5);
            await().until(() -> newest() == logged - 1);
        }
        List<JournalEntry> entries = entries();
        List<JournalEntry> lost = entries.stream()
                .filter(entry -> entry.lineKind() == LineKind.LOST)
                .toList();
        assertThat(lost).hasSize(1);
        assertThat(lost.getFirst().number("lines", 0)).isEqualTo(dropped());
        assertThat(Instant.parse(lost.getFirst().text("since"))).isBetween(before, Instant.now());
        assertThat(entries.size() - 1 + dropped()).isEqualTo(logged);
    }

    @Test
    void onAFullDiskTheJournalGivesItsOldestFileFirst() throws Exception {
        JournalSettings settings = new JournalSettings(128 << 10, 8 << 20, AGE);
        Path file = disk.resolve("journal.jsonl");
        try (Journal journal = new Journal(file, counters, settings)) {
            JournalFolder files = new JournalFolder(file);
            while (files.rotated().size() < 3) {
                log(journal, 200);
                await().until(() -> newest() == logged - 1);
            }
            Path oldest = files.rotated().getFirst().path();
            Path second = files.rotated().get(1).path();
            fill();
            log(journal, 200);
            await().until(() -> newest() == logged - 1);
            assertThat(oldest).doesNotExist();
            assertThat(second).exists();
            assertThat(dropped()).isZero();
        }
    }

    @Test
    void aDiskThatIsTakenAwayIsFollowedByAFileWhereItWas() throws Exception {
        Path file = disk.resolve("journal.jsonl");
        try (Journal journal = new Journal(file, counters)) {
            log(journal, 10);
            await().until(() -> entries().size() == 10);
            run("umount", "-l", disk.toString());
            await().until(() -> {
                log(journal, 1);
                return Files.exists(file);
            });
            run("mount", "-t", "tmpfs", "-o", "size=1m", "nowake-test", disk.toString());
            await().until(() -> {
                log(journal, 1);
                return Files.exists(file);
            });
        }
        assertThat(newest()).isEqualTo(logged - 1);
        assertThat(dropped()).isZero();
    }

    /** A process that does nothing but log, into files of 64 KiB, until it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            Counters counters = new Counters();
            Journal journal =
                    new Journal(Path.of(arguments[0]), counters, new JournalSettings(64 << 10, 512 << 10, AGE));
            for (int i = 0; ; i++) {
                journal.line(LineKind.OPEN).put("number", i).log();
                if (i % 100 == 0) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Test
    void aKillCostsATornLastLineAtWorst() throws Exception {
        Path file = disk.resolve("journal.jsonl");
        for (int round = 0; round < 3; round++) {
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            file.toString())
                    .inheritIO()
                    .start();
            try {
                int files = new JournalFolder(file).rotated().size();
                await().until(() ->
                        new JournalFolder(file).rotated().size() >= Math.min(files + 2, 6) && Files.exists(file));
            } finally {
                writer.destroyForcibly().waitFor();
            }
            List<JournalEntry> entries = new ArrayList<>();
            try (JournalReader reader = new JournalReader(file, null)) {
                for (JournalEntry entry = reader.next(); entry != null; entry = reader.next()) {
                    entries.add(entry);
                }
                assertThat(reader.skipped()).isLessThanOrEqualTo(round); // one for each kill before
            }
            assertThat(entries).hasSizeGreaterThan(500);
        }
    }
}
