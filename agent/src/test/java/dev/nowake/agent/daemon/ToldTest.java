package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.cli.Main;
import dev.nowake.agent.observe.JournalEntry;
import dev.nowake.agent.observe.JournalReader;
import dev.nowake.agent.observe.LineKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What people are told of a load, by a daemon as a service manager runs it. */
@Tag("kernel")
@Timeout(60)
final class ToldTest {
    private static Process run(Rig rig, Path told, String... more) throws IOException {
        List<String> words = new ArrayList<>(Reader.java(
                Main.class.getName(),
                "run",
                "--root",
                rig.root.toString(),
                "--state-dir",
                rig.state.toString(),
                "--socket",
                rig.socket.toString()));
        words.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(told.toFile());
        builder.environment()
                .put(
                        "JOURNAL_STREAM",
                        Files.getAttribute(told, "unix:dev") + ":" + Files.getAttribute(told, "unix:ino"));
        Process process = builder.start();
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        return process;
    }

    private static void load(Rig rig, Reader reader, Path shard, int loads) throws Exception {
        reader.open(shard).act("read").act("close");
        reader.kill();
        await().atMost(20, TimeUnit.SECONDS).until(() -> rig.journal("done").size() == loads);
    }

    private static String told(Path file, String part) throws IOException {
        await().until(() -> Files.readString(file).contains(part));
        return Files.readAllLines(file).stream()
                .filter(line -> line.contains(part))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLoadIsTwoLinesAndAllOfItIsFoundByItsNumber() throws Exception {
        try (Rig rig = Rig.make()) {
            Path shard = rig.model("llama", 64 * Rig.MIB, 1).getFirst();
            Path told = Files.writeString(rig.folder.resolve("told"), "");
            Process daemon = run(rig, told, "--enforce");
            try (Reader reader = Reader.start()) {
                load(rig, reader, shard, 1);
                assertThat(told(told, "watches")).startsWith("<5>watches ");
                assertThat(told(told, "a load begins")).startsWith("<6>").contains("of safetensors", "read by pid ");
                assertThat(told(told, "released"))
                        .matches("<6>.*: loaded 64.* MiB in .* s \\(.* GB/s\\).*; released [0-9.]+ .*");
            } finally {
                daemon.destroy();
                assertThat(daemon.waitFor(5, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(told(told, "stops")).isEqualTo("<5>stops: asked to stop");
            Set<LineKind> kinds = EnumSet.noneOf(LineKind.class);
            Set<String> runs;
            try (JournalReader lines = new JournalReader(rig.state.resolve("journal.jsonl"), null)) {
                List<JournalEntry> all = new ArrayList<>();
                for (JournalEntry entry = lines.next(); entry != null; entry = lines.next()) {
                    all.add(entry);
                    if (entry.load() == 1) {
                        kinds.add(entry.lineKind());
                    }
                }
                runs = all.stream().map(JournalEntry::run).collect(Collectors.toSet());
            }
            assertThat(runs).hasSize(1).doesNotContain("");
            assertThat(kinds)
                    .contains(
                            LineKind.BEGIN,
                            LineKind.OPEN,
                            LineKind.PLAN,
                            LineKind.CLOSE,
                            LineKind.RELEASE,
                            LineKind.DONE);
        }
    }

    @Test
    void inObserveModeItIsToldWhatWouldHaveBeen() throws Exception {
        try (Rig rig = Rig.make()) {
            Path shard = rig.model("llama", 64 * Rig.MIB, 1).getFirst();
            Path told = Files.writeString(rig.folder.resolve("told"), "");
            Process daemon = run(rig, told);
            try (Reader reader = Reader.start()) {
                load(rig, reader, shard, 1);
                assertThat(told(told, "would have")).matches("<6>.*; would have prefetched .* and released .*");
            } finally {
                daemon.destroy();
                assertThat(daemon.waitFor(5, TimeUnit.SECONDS)).isTrue();
            }
        }
    }
}
