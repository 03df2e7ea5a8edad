package dev.nowake.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.MetricsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextfileTest {
    private static final long OFTEN_NANOS = 2_000_000;

    @TempDir
    Path folder;

    private final List<String> problems = new CopyOnWriteArrayList<>();

    private Path file() {
        return folder.resolve("nowake.prom");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void itSaysWhatIsSoReadableByAllAndLastThatTheDaemonEnds() throws Exception {
        QuietDaemon daemon = new QuietDaemon();
        try (Metrics metrics = new Metrics(daemon, problems::add)) {
            metrics.apply(new MetricsSettings(null, file(), false));
            await().until(() -> Files.exists(file()));
            assertThat(Files.readAllLines(file())).contains("nowake_ready 1.0").noneMatch(line -> line.isBlank());
            assertThat(Files.getPosixFilePermissions(file())).isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
            daemon.ready = false;
        }
        assertThat(Files.readAllLines(file())).contains("nowake_ready 0.0");
        assertThat(files()).containsExactly(file());
        assertThat(problems).isEmpty();
    }

    @Test
    void aReaderNeverSeesHalfOfIt() throws Exception {
        AtomicInteger number = new AtomicInteger();
        try (Textfile textfile = new Textfile(
                file(),
                () -> (number.incrementAndGet() + "\n").repeat(20_000),
                number::get,
                problems::add,
                OFTEN_NANOS)) {
            await().until(() -> Files.exists(file()));
            for (int read = 0; read < 200; read++) {
                List<String> lines = Files.readAllLines(file());
                assertThat(lines).hasSize(20_000);
                assertThat(lines.getFirst()).isEqualTo(lines.getLast());
            }
            assertThat(textfile).isNotNull();
        }
        assertThat(files()).containsExactly(file());
    }

    @Test
    void whatSaysNothingNewIsNotWrittenButNowAndThen() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (Textfile textfile = new Textfile(
                file(),
                () -> "the same\n",
                () -> {
                    asked.incrementAndGet();
                    return 7;
                },
                problems::add,
                OFTEN_NANOS)) {
            await().until(() -> Files.exists(file()));
            int begun = asked.get();
            Files.delete(file());
            await().until(() -> asked.get() >= begun + 5 || Files.exists(file()));
            await().until(() -> Files.exists(file()));
            assertThat(asked.get()).as("looks until it is written anyway").isGreaterThanOrEqualTo(begun + 10);
            assertThat(textfile).isNotNull();
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldOnceAndTriedOn() throws Exception {
        Path later = folder.resolve("later");
        Path file = later.resolve("nowake.prom");
        AtomicInteger asked = new AtomicInteger();
        try (Textfile textfile =
                new Textfile(file, () -> "n 1\n", asked::incrementAndGet, problems::add, OFTEN_NANOS)) {
            await().until(() -> asked.get() > 20);
            assertThat(problems)
                    .singleElement()
                    .asString()
                    .contains("cannot write metrics to " + file)
                    .contains("folder is not there")
                    .doesNotContain("\n");
            Files.createDirectory(later);
            await().until(() -> Files.exists(file));
            assertThat(textfile).isNotNull();
        }
        assertThat(problems).hasSize(1);
    }

    /** Somebody who may write to the folder may put a link where the new file is made. */
    @Test
    void aLinkInThePlaceOfTheNewFileIsNotFollowed() throws Exception {
        Path other = Files.writeString(folder.resolve("other"), "untouched");
        Files.createSymbolicLink(folder.resolve(".nowake.prom.new"), other);
        Files.createSymbolicLink(file(), other);
        try (Textfile textfile = new Textfile(file(), () -> "n 1\n", () -> 1, problems::add)) {
            await().until(() -> Files.isRegularFile(file(), java.nio.file.LinkOption.NOFOLLOW_LINKS));
            assertThat(textfile).isNotNull();
        }
        assertThat(other).hasContent("untouched");
        assertThat(file()).hasContent("n 1\n");
    }

    /** Also where the link comes after the new file was made and before it is readable by all. */
    @Test
    void aLinkThatComesInBetweenMakesNobodysFileReadable() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "for its owner");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Path link = folder.resolve("link");
        AtomicInteger asked = new AtomicInteger();
        try (Textfile textfile =
                new Textfile(file(), () -> "n 1\n", asked::incrementAndGet, problems::add, OFTEN_NANOS / 20)) {
            while (asked.get() < 3_000) {
                Files.createSymbolicLink(link, secret);
                Files.move(link, folder.resolve(".nowake.prom.new"), StandardCopyOption.REPLACE_EXISTING);
            }
            assertThat(textfile).isNotNull();
        }
        assertThat(secret).hasContent("for its owner");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                .isEqualTo("rw-------");
    }

    @Test
    void anotherFileTakesItsPlaceAtOnce() throws Exception {
        Path other = folder.resolve("other.prom");
        try (Metrics metrics = new Metrics(new QuietDaemon(), problems::add)) {
            metrics.apply(new MetricsSettings(null, file(), false));
            await().until(() -> Files.exists(file()));
            metrics.apply(new MetricsSettings(null, other, true));
            await().until(() -> Files.exists(other));
            Files.setLastModifiedTime(file(), FileTime.fromMillis(0));
            metrics.apply(MetricsSettings.NONE);
        }
        assertThat(Files.getLastModifiedTime(file())).isEqualTo(FileTime.fromMillis(0));
    }
}
