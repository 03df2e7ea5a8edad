package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.fake.FakeKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Starting, checking and trying a policy, as an author does it. */
class PolicyAuthorTest {
    private static final Path TRACES = Path.of("../samples/traces");

    @TempDir
    private Path folder;

    private CliRun run(String... arguments) {
        return CliRun.on(new FakeKernel(), arguments);
    }

    private Path script(String text) throws IOException {
        return Files.writeString(folder.resolve("made.js"), text);
    }

    private CliRun check(String text) throws IOException {
        return run("policy", "check", script(text).toString());
    }

    @Test
    void whatNewWritesPassesCheckAndHelpsALoad() throws IOException {
        CliRun made = run("policy", "new", "my-window", "--dir", folder.toString());
        assertThat(made.exit()).as(made.err()).isZero();
        assertThat(folder.resolve("policy.d.ts")).isNotEmptyFile();
        Path file = folder.resolve("my-window.js");
        CliRun checked = run("policy", "check", file.toString());
        assertThat(checked.exit()).as(checked.out()).isZero();
        assertThat(checked.out())
                .contains("policy my-window, api 1")
                .contains("lookaheadFiles")
                .contains("ok: ");
        JsonNode results = run(
                        "policy",
                        "test",
                        file.toString(),
                        "--trace",
                        TRACES.resolve("safetensors-read.jsonl").toString(),
                        "--output=json")
                .json()
                .get("results");
        JsonNode mine = results.get(0);
        JsonNode none = results.get(1);
        assertThat(mine.get("policy").asString()).isEqualTo("my-window");
        assertThat(none.get("policy").asString()).isEqualTo("none");
        assertThat(mine.get("hitRate").asDouble())
                .isGreaterThan(none.get("hitRate").asDouble());
        assertThat(mine.get("totalSeconds").asDouble())
                .isLessThan(none.get("totalSeconds").asDouble());
        assertThat(mine.get("residentAtEndBytes").asLong()).isZero();
        assertThat(mine.get("failedCalls").asInt()).isZero();
    }

    @Test
    void newOverwritesNothingAndTakesNoOthersName() throws IOException {
        Files.writeString(folder.resolve("mine.js"), "precious");
        run("policy", "new", "mine", "--dir", folder.toString(), "--output=json")
                .failedWith(ExitCode.FAILED, "exists", "mine.js is there already");
        assertThat(folder.resolve("mine.js")).hasContent("precious");
        assertThat(folder.resolve("policy.d.ts")).doesNotExist();
        run("policy", "new", "load-and-release", "--dir", folder.toString(), "--output=json")
                .failedWith(ExitCode.USAGE, "usage", "comes with nowake");
        for (String bad : List.of("../x", "Big", "a_b", "-x", "x".repeat(65), "a/b", "")) {
            run("policy", "new", "--dir", folder.toString(), "--output=json", "--", bad)
                    .failedWith(ExitCode.USAGE, "usage", "is no policy's name");
        }
    }

    @Test
    void theTypingsOfTheFolderStay() throws IOException {
        Files.writeString(folder.resolve("policy.d.ts"), "// mine");
        assertThat(run("policy", "new", "second", "--dir", folder.toString()).exit())
                .isZero();
        assertThat(folder.resolve("policy.d.ts")).hasContent("// mine");
    }

    @Test
    void aJavaStartCompilesAndPassesCheck() throws IOException {
        assertThat(run("policy", "new", "in-java", "--dir", folder.toString(), "--java")
                        .exit())
                .isZero();
        Path own = folder.resolve("in-java");
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        own.toString(),
                        own.resolve("InJavaPolicy.java").toString());
        assertThat(compiled).isZero();
        Path jar = folder.resolve("in-java.jar");
        int packed = java.util.spi.ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(System.out, System.err, "--create", "--file", jar.toString(), "-C", own.toString(), ".");
        assertThat(packed).isZero();
        CliRun checked = run("policy", "check", jar.toString());
        assertThat(checked.exit()).as(checked.out() + checked.err()).isZero();
        assertThat(checked.out()).contains("policy in-java, api 1");
        JsonNode results = run(
                        "policy",
                        "test",
                        jar.toString(),
                        "--trace",
                        TRACES.resolve("two-ranks.trace").toString(),
                        "--arg",
                        "window=8GiB",
                        "--output=json")
                .json()
                .get("results");
        assertThat(results.get(0).get("prefetchedBytes").asLong()).isPositive();
    }

    @Test
    void aSyntaxErrorIsOneLineWithItsPlace() throws IOException {
        CliRun broken =
                check("export const policy = { name: 'x', api: 1 };\nexport function prefetch( { return []; }\n");
        assertThat(broken.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(broken.out().strip())
                .matches("(?s).*made\\.js:2(:[0-9]+)?: .*")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            export const policy = { name: 'x', api: 7 };           | api
            export const policy = { name: 'A B', api: 1 };         | name
            export const policy = { api: 1 };                      | name
            export const policy = { name: 'none', api: 1 };        | comes with nowake
            export const policy = { name: 'x', api: 1, args: 3 };  | args
            export const other = 1;                                | policy
            """)
    void aWrongDeclarationIsSaid(String declaration, String word) throws IOException {
        CliRun wrong = check(declaration + "\nexport function prefetch() { return []; }\n");
        assertThat(wrong.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(wrong.out()).contains("made.js").contains(word);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            return input.load.files.map(f => ({ file: f.id }));          | nobody loads
            throw new Error('oh no');                                    | made.js:2
            while (true) {}                                              | made.js
            return [{ file: input.models[0].files[0].id, offset: -1 }];  | offset
            return [{ file: 'x:y' }];                                    | file
            return [{ file: input.models[1].files[0].id }];              | outside the model
            return 7;                                                    | prefetch
            return new Promise(() => {});                                | prefetch
            let a = []; while (true) a.push(new Array(1000).fill(1));    | made.js
            """)
    void aCallThatFailsIsSaidWithWhatItWasCalledFor(String body, String word) throws IOException {
        CliRun wrong = check("export const policy = { name: 'x', api: 1 };\nexport function prefetch(input) { " + body
                + " }\nexport function evict() { return []; }\n");
        assertThat(wrong.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(wrong.out()).contains(word).doesNotContain("\tat ");
        assertThat(wrong.err()).isEmpty();
        assertThat(wrong.out().lines().toList())
                .hasSizeLessThanOrEqualTo(20)
                .allMatch(line -> line.contains("made.js"));
    }

    @Test
    void problemsAreAlsoJson() throws IOException {
        script("export const policy = { name: 'x', api: 1 };\nexport function prefetch() { return 7; }\n");
        CliRun wrong = run("policy", "check", folder.resolve("made.js").toString(), "--output=json");
        assertThat(wrong.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(wrong.json().get("ok").asBoolean()).isFalse();
        assertThat(wrong.json().get("problems").get(0).get("message").asString())
                .contains("made.js");
    }

    @Test
    void whatIsNoPolicyIsSaid() throws IOException {
        run("policy", "check", folder.resolve("no.js").toString(), "--output=json")
                .failedWith(ExitCode.FAILED, "not_found", "no.js: no such file");
        run("policy", "check", folder.toString(), "--output=json").failedWith(ExitCode.USAGE, "usage", "is a folder");
        Files.writeString(folder.resolve("x.txt"), "hello");
        run("policy", "check", folder.resolve("x.txt").toString(), "--output=json")
                .failedWith(ExitCode.USAGE, "usage", ".jar or .js");
        run("policy", "--output=json").failedWith(ExitCode.USAGE, "usage", "which verb?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"safetensors-read", "safetensors-mmap-random", "gguf-sequential", "two-ranks"})
    void everySampleTraceRunsInBothFormats(String name) {
        Set<Long> sizes = new java.util.HashSet<>();
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
        Path file = script("export const policy = { name: 'x', api: 1 };\n"
                + "export function prefetch() { throw new Error('not today'); }\n");
        CliRun tested = run("policy", "test", file.toString(), "--trace", TRACES + "/gguf-sequential.trace");
        assertThat(tested.exit()).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(tested.err()).contains("made.js:2").contains("not today");
        assertThat(tested.out()).contains("x ").contains("none");
    }
}
