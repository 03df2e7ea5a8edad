package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.fake.FakeKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Trying a policy on a recorded load. */
class PolicyTestVerbTest {
    private static final Path TRACES = Path.of("../samples/traces");

    @TempDir
    private Path folder;

    private CliRun run(String... arguments) {
        return CliRun.on(new FakeKernel(), arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"safetensors-read", "safetensors-mmap-random", "gguf-sequential", "two-ranks"})
    void everySampleTraceRunsInBothFormats(String name) {
        Set<Long> sizes = new HashSet<>();
        for (String ending : List.of(".jsonl", ".trace")) {
            CliRun tested =
                    run("policy", "test", "load-and-release", "--trace", TRACES + "/" + name + ending, "--output=json");
            assertThat(tested.exit()).as(tested.err()).isZero();
            JsonNode results = tested.json().get("results");
            assertThat(results).hasSize(2);
            assertThat(results.get(0).get("totalSeconds").asDouble())
                    .isLessThan(results.get(1).get("totalSeconds").asDouble());
            sizes.add(tested.json().get("trace").get("sizeBytes").asLong());
        }
        assertThat(sizes).hasSize(1);
    }

    @Test
    void theTableSaysWhatTheJsonSays() {
        CliRun table = run(
                "policy",
                "test",
                "whole-file",
                "--trace",
                TRACES + "/gguf-sequential.trace",
                "--memory=4GiB",
                "--storage=500MB/s,10ms,8",
                "--read-ahead=1MiB");
        assertThat(table.exit()).as(table.err()).isZero();
        List<String> lines = table.out().lines().toList();
        assertThat(lines.get(2)).startsWith("policy").contains("hit rate", "stall s", "total s", "peak resident");
        assertThat(lines.subList(3, 6))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("whole-file"),
                        line -> assertThat(line).startsWith("none"),
                        line -> assertThat(line).startsWith("load-and-release"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --memory=16        | is not a size
            --memory=1MiB      | 64MiB
            --storage=fast     | 1GB/s,2ms
            --storage=1B/s,2ms | 1kB/s
            --storage=1GB/s,2ms,0 | requests
            --storage=1GB/s,99999s | 60 seconds
            --read-ahead=4KiB  | 128KiB
            --arg=window       | NAME=VALUE
            --arg=nope=1       | the policy takes
            --arg=window=many  | is not a size
            --trace=/nonexistent/trace | trace
            """)
    void wrongOptionsAreSaid(String option, String word) {
        CliRun wrong = run(
                "policy",
                "test",
                "load-and-release",
                option.startsWith("--trace") ? option : "--trace=" + TRACES + "/gguf-sequential.trace",
                option.startsWith("--trace") ? "--memory=16GiB" : option);
        assertThat(wrong.exit()).isIn(ExitCode.USAGE, ExitCode.FAILED);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err().strip()).contains(word).doesNotContain("\n");
    }

    @Test
    void hostileTracesAreRefusedInOneLine() throws IOException {
        for (String text : List.of(
                "",
                "hello",
                "/a 0 0 0\n",
                "/a 9223372036854775807 9223372036854775807 0\n",
                "/a 0 9000000000000000000 0\n",
                "{\"nowakeTrace\":1,\"files\":1}\n{\"path\":\"/a\",\"sizeBytes\":10}\n"
                        + "{\"file\":0,\"offset\":5,\"length\":50}\n",
                "{\"nowakeTrace\":1,\"files\":1}\n{\"path\":\"/a\",\"sizeBytes\":10}\n",
                "{\"nowakeTrace\":1,\"files\":0}\n",
                "{\"nowakeTrace\":99}\n",
                "\0\0\0\0")) {
            Path file = Files.writeString(folder.resolve("bad.trace"), text);
            run("policy", "test", "none", "--trace", file.toString(), "--output=json")
                    .failedWith(ExitCode.FAILED, "bad_trace", "bad.trace: ");
        }
    }

    @Test
    void aTraceOfYearsIsOverAtOnce() throws IOException {
        Path file = Files.writeString(
                folder.resolve("slow.jsonl"),
                "{\"nowakeTrace\":1,\"files\":1}\n{\"path\":\"/a\",\"sizeBytes\":1000000}\n"
                        + "{\"file\":0,\"offset\":0,\"length\":10,\"time\":0}\n"
                        + "{\"file\":0,\"offset\":10,\"length\":10,\"time\":1}\n"
                        + "{\"file\":0,\"offset\":20,\"length\":10,\"time\":9223372036854775807}\n");
        CliRun tested = run("policy", "test", "none", "--trace", file.toString(), "--output=json");
        assertThat(tested.exit()).as(tested.err()).isZero();
        assertThat(tested.json().get("results").get(0).get("totalSeconds").asDouble())
                .isBetween(10.0, 11.0);
    }

    @Test
    void aPolicyThatFailsInTheTestIsTold() throws IOException {
        Path file = Files.writeString(
                folder.resolve("made.js"),
                "export const policy = { name: 'x', api: 1 };\n"
                        + "export function prefetch() { throw new Error('not today'); }\n");
        CliRun tested = run("policy", "test", file.toString(), "--trace", TRACES + "/gguf-sequential.trace");
        assertThat(tested.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(tested.err()).contains("made.js:2").contains("not today");
        assertThat(tested.out()).contains("x ").contains("none");
    }

    @Test
    void aJournalsLoadsGoThroughAMirror() throws IOException {
        Path journal = folder.resolve("journal.jsonl");
        StringBuilder lines = new StringBuilder("no line of ours\n");
        String[] names = {"big", "small", "other", "small", "other", "small"};
        for (int i = 0; i < names.length; i++) {
            long bytes = names[i].equals("big") ? 60L << 30 : 30L << 30;
            lines.append("""
                    {"time":"2026-11-21T10:0%d:00Z","kind":"begin","run":"r","load":%d,"model":"%s","sizeBytes":%d}
                    {"time":"2026-11-21T10:0%d:30Z","kind":"done","run":"r","load":%d,"model":"%s"}
                    """.formatted(i, i + 1, names[i], bytes, i, i + 1, names[i]));
        }
        Files.writeString(journal, lines);
        CliRun lru = run("policy", "test", "mirror-lru", "--loads", journal.toString(), "--budget=100GiB");
        assertThat(lru.exit()).as(lru.err()).isZero();
        assertThat(lru.out()).isEqualTo("""
                %s: 6 loads of 3 models, 210 GiB

                policy      from disk  fetched  evictions   evicted  without room
                mirror-lru       50 %%  120 GiB          1  60.0 GiB             0
                """.formatted(journal));
        CliRun sample = run(
                "policy",
                "test",
                "../samples/policies/largest-first.js",
                "--loads=" + journal,
                "--budget=70GiB",
                "--arg=never=small",
                "--output=json");
        assertThat(sample.exit()).as(sample.err()).isZero();
        JsonNode results = sample.json().get("results");
        assertThat(results.get(0).get("policy").asString()).isEqualTo("largest-first");
        assertThat(results.get(1).get("policy").asString()).isEqualTo("mirror-lru");
        assertThat(results.get(0).get("fromDisk").asInt()).isPositive();
    }

    @Test
    void loadsNeedABudgetAndATraceNone() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.jsonl"), "");
        String[][] wrong = {
            {"--loads=" + empty}, {"--trace=x", "--budget=1GiB"}, {"--loads=x", "--trace=x", "--budget=1GiB"}, {}
        };
        for (String[] options : wrong) {
            List<String> all = new java.util.ArrayList<>(List.of("policy", "test", "mirror-lru", "--output=json"));
            all.addAll(List.of(options));
            run(all.toArray(String[]::new)).failedWith(ExitCode.USAGE, "usage", "--loads FILE");
        }
        run("policy", "test", "mirror-lru", "--loads=" + empty, "--budget=1GiB", "--output=json")
                .failedWith(ExitCode.FAILED, "bad_trace", "no loads in it");
        run("policy", "test", "mirror-lru", "--loads=" + folder + "/no", "--budget=1GiB", "--output=json")
                .failedWith(ExitCode.FAILED, "not_found", "no such file");
    }
}
