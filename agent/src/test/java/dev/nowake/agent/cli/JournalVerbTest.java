package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class JournalVerbTest {
    @TempDir
    Path state;

    private static String line(Instant time, String kind, String rest) {
        return "{\"time\":\"" + time + "\",\"kind\":\"" + kind + "\"," + rest + "}";
    }

    @BeforeEach
    void journal() throws IOException {
        Instant now = Instant.now();
        Files.write(
                state.resolve("journal-20260101T000000.000000Z.jsonl"),
                List.of(
                        line(now.minusSeconds(9000), "start", "\"run\":\"aa\",\"folders\":2,\"mode\":\"observe\""),
                        line(now.minusSeconds(8000), "done", "\"run\":\"aa\",\"load\":1,\"model\":\"old\"")));
        Files.write(
                state.resolve("journal.jsonl"),
                List.of(
                        line(now.minusSeconds(700), "start", "\"run\":\"bb\",\"folders\":3,\"mode\":\"enforce\""),
                        line(
                                now.minusSeconds(600),
                                "open",
                                "\"run\":\"bb\",\"load\":1,\"model\":\"llama-7b\",\"path\":\"/models/[a]/x.gguf\",\"pid\":7"),
                        "not a line",
                        line(now.minusSeconds(50), "error", "\"run\":\"bb\",\"path\":\"/models/y\",\"reason\":\"EIO\""),
                        line(now.minusSeconds(5), "done", "\"run\":\"bb\",\"load\":1,\"model\":\"llama-7b\"")));
    }

    private CliRun run(String... arguments) {
        List<String> words = new ArrayList<>(List.of("journal", "--state-dir", state.toString()));
        words.addAll(List.of(arguments));
        return CliRun.real(words.toArray(String[]::new));
    }

    private List<String> kinds(String... arguments) {
        CliRun run = run(arguments);
        assertThat(run.exit()).as(run.err()).isZero();
        return run.out().lines().map(line -> line.split("\\s+")[2]).toList();
    }

    @Test
    void everyLineOverAllFiles() {
        CliRun run = run();
        assertThat(run.exit()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.getFirst())
                .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}  start       watches 2 folders, observe");
        assertThat(lines.get(3)).endsWith("  open        #1 llama-7b: a shard opened by pid 7");
        assertThat(lines.get(4)).endsWith("  error       /models/y: EIO");
        assertThat(run.out()).doesNotContain("\u001b");
        assertThat(run.err()).contains("passed over once what is no line");
    }

    @Test
    void whatIsAskedForAlone() {
        assertThat(kinds("--since", "1m")).containsExactly("error", "done");
        assertThat(kinds("--until", "1h")).containsExactly("start", "done");
        assertThat(kinds("--since", "12m", "--until", "1m")).containsExactly("start", "open");
        assertThat(kinds("--kind", "start,error")).containsExactly("start", "start", "error");
        assertThat(kinds("--model", "llama*")).containsExactly("open", "done");
        assertThat(kinds("--model", "llama")).isEmpty();
        assertThat(kinds("--path", "/models")).containsExactly("open", "error");
        assertThat(kinds("--path", "/models/[a]")).containsExactly("open");
        assertThat(kinds("--path", "/model")).isEmpty();
        assertThat(kinds("--path", "**/*.gguf")).containsExactly("open");
        assertThat(kinds("--errors")).containsExactly("error");
        assertThat(kinds("-n", "2")).containsExactly("error", "done");
        assertThat(kinds("-n", "0")).isEmpty();
    }

    @Test
    void samplesAreShownToPeopleOnlyWhenTheyAskForThem() throws IOException {
        Files.writeString(
                state.resolve("journal.jsonl"),
                line(Instant.now(), "sample", "\"run\":\"bb\",\"load\":1,\"model\":\"llama-7b\",\"shards\":[]") + "\n",
                StandardOpenOption.APPEND);
        assertThat(kinds("-n", "1")).containsExactly("done");
        assertThat(kinds("--kind", "sample")).containsExactly("sample");
        assertThat(kinds("--kind", "sample,done", "-n", "2")).containsExactly("done", "sample");
        assertThat(run("--output", "json", "-n", "1").json().path("kind").asString())
                .isEqualTo("sample");
    }

    @Test
    void aLoadIsTheLastDaemonsOfThatNumber() {
        assertThat(kinds("--load", "1")).containsExactly("open", "done");
        assertThat(kinds("--load", "1", "--run", "aa")).containsExactly("done");
        assertThat(kinds("--load", "2")).isEmpty();
    }

    @Test
    void asJsonTheLinesAreAsTheyWereWritten() throws IOException {
        List<String> written =
                new ArrayList<>(Files.readAllLines(state.resolve("journal-20260101T000000.000000Z.jsonl")));
        written.addAll(Files.readAllLines(state.resolve("journal.jsonl")));
        written.remove("not a line");
        assertThat(run("--output", "json").out().lines().toList()).isEqualTo(written);
    }

    @Test
    void coloursWhereTheyAreWanted() {
        assertThat(run("--color", "always", "--errors").out()).contains("\u001b[1;31merror");
    }

    @Test
    void whatCannotBeUnderstoodIsSaidInOneLine() throws IOException {
        run("--output", "json", "--kind", "dome").failedWith(2, "usage", "did you mean 'done'");
        run("--output", "json", "--since", "soon").failedWith(2, "usage", "write 10m, 16:30");
        run("--output", "json", "--load", "0").failedWith(2, "usage", "counts from 1");
        run("--output", "json", "--model", "[z").failedWith(2, "usage", "--model '[z'");
        CliRun.real(
                        "journal",
                        "--output",
                        "json",
                        "--state-dir",
                        state.resolve("absent").toString())
                .failedWith(1, "no_journal", "--state-dir");
        Files.delete(state.resolve("journal.jsonl"));
        Files.createDirectory(state.resolve("journal.jsonl"));
        run("--output", "json").failedWith(1, "failed", "journal.jsonl");
    }

    @Test
    void pointsInTime() throws CliException {
        ZonedDateTime now = ZonedDateTime.of(2026, 11, 21, 16, 30, 0, 0, ZoneId.of("Europe/Berlin"));
        assertThat(TimePoint.parse("--since", "1h30m", now)).isEqualTo("2026-11-21T14:00:00Z");
        assertThat(TimePoint.parse("--since", "16:00", now)).isEqualTo("2026-11-21T15:00:00Z");
        assertThat(TimePoint.parse("--since", "2026-07-01", now)).isEqualTo("2026-06-30T22:00:00Z");
        assertThat(TimePoint.parse("--since", "2026-07-01 12:00", now)).isEqualTo("2026-07-01T10:00:00Z");
        assertThat(TimePoint.parse("--since", "2026-07-01T12:00:00Z", now)).isEqualTo("2026-07-01T12:00:00Z");
    }

    @Test
    void followingGoesOnOverARotationUntilNobodyListens() throws Exception {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(heard, true, StandardCharsets.UTF_8);
        Thread verb = Thread.startVirtualThread(() -> new Main(binding -> null, file -> false, out, out, false)
                .run("journal", "--follow", "--kind", "open", "--output", "json", "--state-dir", state.toString()));
        await().until(() -> heard.toString(StandardCharsets.UTF_8).contains("x.gguf"));
        Files.move(state.resolve("journal.jsonl"), state.resolve("journal-20260102T000000.000000Z.jsonl"));
        Files.writeString(
                state.resolve("journal.jsonl"),
                line(Instant.now(), "open", "\"path\":\"/later\"") + "\n",
                StandardOpenOption.CREATE);
        await().until(() -> heard.toString(StandardCharsets.UTF_8).contains("/later"));
        verb.interrupt();
        verb.join();
        assertThat(heard.toString(StandardCharsets.UTF_8).lines()).hasSizeGreaterThanOrEqualTo(2);
    }
}
