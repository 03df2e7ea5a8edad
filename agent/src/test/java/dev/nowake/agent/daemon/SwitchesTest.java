package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SwitchesTest {
    private static final List<Path> FILES = List.of(Path.of("/models/llama/a.gguf"), Path.of("/models/llama/b.gguf"));
    private static final List<KeepList.Wanted> LLAMA = List.of(new KeepList.Wanted("llama", FILES));

    @TempDir
    Path folder;

    private final AtomicReference<Double> wall = new AtomicReference<>(1.8e9);
    private final AtomicReference<Double> steady = new AtomicReference<>(1000.0);
    private final Clocks clocks = new Clocks(wall::get, steady::get);
    private Journal journal;

    @BeforeEach
    void open() throws IOException {
        journal = new Journal(folder.resolve("journal.jsonl"), new Counters());
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private KeepList keeps() {
        return new KeepList(folder.resolve("keeps.json"), clocks);
    }

    private void passes(double seconds) {
        steady.updateAndGet(now -> now + seconds);
        wall.updateAndGet(now -> now + seconds);
    }

    @Test
    void theFileStopsEverythingAsLongAsItIsThere() throws IOException {
        Path disable = Files.createFile(folder.resolve("disable"));
        try (Switches switches = new Switches(disable, keeps(), journal, clocks)) {
            assertThat(switches.acts()).as("from the first moment").isFalse();
            assertThat(switches.isDisabled()).isTrue();
            AtomicInteger told = new AtomicInteger();
            switches.listen(told::incrementAndGet);
            switches.start();
            Files.delete(disable);
            await().atMost(Duration.ofSeconds(10)).until(switches::acts);
            Files.createSymbolicLink(disable, Path.of("/nowhere")); // what is there, whatever it is
            await().atMost(Duration.ofSeconds(10)).until(() -> !switches.acts());
            assertThat(told.get()).isEqualTo(2);
        }
    }

    @Test
    void aPauseEndsByTheSteadyClockAndDisableOutlivesIt() throws IOException {
        Path disable = folder.resolve("disable");
        try (Switches switches = new Switches(disable, keeps(), journal, clocks)) {
            switches.pause(Duration.ofMinutes(10), "alice");
            switches.start();
            assertThat(switches.describe())
                    .containsEntry("paused", true)
                    .containsEntry("pausedBy", "alice")
                    .containsEntry("pausedLeftSeconds", 600.0);
            wall.set(2.5e9); // somebody sets the clock
            Files.createFile(disable);
            await().atMost(Duration.ofSeconds(10)).until(switches::isDisabled);
            assertThat(switches.isPaused()).isTrue();
            steady.set(1600.0);
            await().atMost(Duration.ofSeconds(10)).until(() -> !switches.isPaused());
            assertThat(switches.acts()).isFalse();
            assertThat(switches.resume("alice")).isFalse();
        }
    }

    @Test
    void whatIsKeptIsKnownAgainAfterARestartUntilItsTimeIsOver() throws IOException {
        KeepList first = keeps();
        first.add(LLAMA, Duration.ofHours(1));
        first.add(List.of(new KeepList.Wanted("qwen", List.of(Path.of("/models/qwen.gguf")))), null);
        passes(1800);
        steady.set(5.0); // the host was booted anew
        KeepList again = keeps();
        assertThat(again.problem()).isNull();
        assertThat(FILES).allMatch(again::holds);
        passes(1790);
        assertThat(again.expire()).isEmpty();
        passes(11);
        assertThat(again.expire()).containsExactly("llama");
        assertThat(FILES).noneMatch(again::holds);
        assertThat(keeps().holds(Path.of("/models/qwen.gguf"))).isTrue();
        assertThat(again.remove(kept -> true)).containsExactly("qwen");
        assertThat(keeps().describe()).isEmpty();
    }

    @Test
    void namesThatAreNoTextAreKeptToo() throws IOException {
        Path odd = dev.nowake.kernel.PathBytes.path(new byte[] {'/', 'm', (byte) 0xff, 'x'});
        keeps().add(List.of(new KeepList.Wanted("odd", List.of(odd))), null);
        assertThat(keeps().holds(odd)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]]",
                "{\"kept\":[{\"model\":\"x\",\"filesBase64\":[]}]}",
                "\u0000\u0000",
                "{\"kept\":[{\"filesBase64\":[\"%%%\"]}]}"
            })
    void aBrokenListIsToldAndNothingIsKept(String text) throws IOException {
        Files.writeString(folder.resolve("keeps.json"), text, StandardCharsets.UTF_8);
        KeepList list = keeps();
        assertThat(list.problem()).contains("say 'nowake keep' again").doesNotContain("\n");
        assertThat(list.describe()).isEmpty();
        list.add(LLAMA, null);
        assertThat(keeps().problem()).isNull();
    }

    @Test
    void whatIsNoListOfOursIsNotReadHoweverLongItIs() throws Exception {
        Path list = folder.resolve("keeps.json");
        try (java.io.RandomAccessFile huge = new java.io.RandomAccessFile(list.toFile(), "rw")) {
            huge.setLength(1L << 40);
        }
        assertThat(keeps().problem()).contains("it is not what nowake writes");
        Files.delete(list);
        assertThat(new ProcessBuilder("mkfifo", list.toString()).start().waitFor())
                .isZero();
        assertThat(keeps().problem())
                .contains("it is not what nowake writes"); // and opening it would wait for a writer
    }

    @Test
    void moreThanCanBeKeptChangesNothing() throws IOException {
        KeepList list = keeps();
        list.add(LLAMA, null);
        List<KeepList.Wanted> many = java.util.stream.IntStream.range(0, 1000)
                .mapToObj(i -> new KeepList.Wanted("m" + i, List.of(Path.of("/models/m" + i))))
                .toList();
        assertThatThrownBy(() -> list.add(many, null)).hasMessageContaining("no more than 1000 models");
        assertThat(list.describe()).hasSize(1);
        list.add(many.subList(1, 1000), null);
        list.add(LLAMA, null);
        assertThat(list.describe()).hasSize(1000);
    }

    /** A listener that throws must not end the thread that looks for the file. */
    @Test
    void theFileIsNoticedWhateverWentWrongBefore() throws IOException {
        Path disable = folder.resolve("disable");
        try (Switches switches = new Switches(disable, keeps(), journal, clocks)) {
            switches.listen(() -> {
                throw new IllegalStateException("broken");
            });
            switches.start();
            Files.createFile(disable);
            await().atMost(Duration.ofSeconds(10)).until(switches::isDisabled);
            Files.delete(disable);
            await().atMost(Duration.ofSeconds(10)).until(switches::acts);
        }
    }

    @Test
    void whereItCannotBeWrittenItIsKeptUntilTheEnd() {
        KeepList list = new KeepList(folder.resolve("nowhere/keeps.json"), clocks);
        assertThatThrownBy(() -> list.add(LLAMA, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("done, but a restart will not know it");
        assertThat(list.holds(FILES.getFirst())).isTrue();
    }
}
