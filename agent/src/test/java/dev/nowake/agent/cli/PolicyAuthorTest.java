package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.fake.FakeKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Starting and checking a policy, as an author does it. */
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
}
