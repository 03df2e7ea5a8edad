package dev.nowake.policy.js;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.CannedInputs;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every script of {@code bad-scripts}, under a watch like the daemon's. Its first line says what must come of it: how the
 * call ends, {@code load} before it where that already fails. Whatever it does, its own next call ends in the same way and
 * another policy works on.
 */
class BadScriptsTest {
    /** A call is over so soon after it was told to stop; asserted at five times that, for machines under load. */
    private static final long PROMISED_MILLIS = 100;

    @TempDir
    static Path temp;

    private static Path folder;
    private static ScriptUnit neighbour;

    @BeforeAll
    static void prepare() throws Exception {
        folder = Files.createDirectory(temp.resolve("policies"));
        Path from = Path.of(BadScriptsTest.class.getResource("/bad-scripts").toURI());
        try (Stream<Path> scripts = Files.list(from)) {
            for (Path script : scripts.toList()) {
                Files.copy(script, folder.resolve(script.getFileName()));
            }
        }
        Path secret =
                Files.writeString(temp.resolve("secret.js"), "export const secret = 1; throw new Error('reached');");
        Files.createSymbolicLink(folder.resolve("linked.js"), secret);
        Files.writeString(folder.resolve("large.js"), "// " + "x".repeat(1 << 20));
        Files.write(folder.resolve("binary.js"), new byte[] {(byte) 0xc3, 0x28});
        neighbour = ScriptUnit.ofSource("neighbour", """
                export const policy = { name: "neighbour", api: 1 };
                export function prefetch({ load }) {
                  for (const key in {}) throw new Error(key);
                  return load.files.map(f => ({ file: f.id, reason: JSON.stringify({ a: 1 }) }));
                }
                """);
        neighbour.warmUp();
        // the first script of a process costs half a second of class loading, which no deadline of one call is meant
        // for
        ScriptUnit.ofSource("first", "export const policy = { name: 'a', api: 1 }; export function evict() {}")
                .warmUp();
    }

    @AfterAll
    static void closeNeighbour() {
        neighbour.close();
    }

    static Stream<String> scripts() throws Exception {
        Path from = Path.of(BadScriptsTest.class.getResource("/bad-scripts").toURI());
        try (Stream<Path> scripts = Files.list(from)) {
            return scripts.map(script -> script.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void harmsNobody(String name) throws Exception {
        List<String> expected = expected(name);
        List<Long> late = new ArrayList<>();
        ScriptUnit unit = load(name, expected, late);
        if (unit != null) {
            try (unit) {
                assertThat(expected).as("load of %s worked", name).doesNotContain("load");
                for (int i = 0; i < 3; i++) {
                    assertThat(expected).as(name).contains(call(unit, name, expected.contains("TIMEOUT"), late));
                }
            }
        }
        assertThat(late).as("ms after stop").allMatch(millis -> millis < 5 * PROMISED_MILLIS);
        assertThat(neighbour.policy().prefetch(input())).hasSize(4);
    }

    private static List<String> expected(String name) throws IOException {
        String first = Files.readAllLines(folder.resolve(name)).getFirst();
        assertThat(first).startsWith("// expect ");
        return Arrays.asList(first.substring("// expect ".length()).split(" "));
    }

    private static ScriptUnit load(String name, List<String> expected, List<Long> late) throws InterruptedException {
        CallWatch[] watch = new CallWatch[1];
        try {
            // loading is given a second, as the daemon gives it: it happens beside the events' way
            return ScriptUnit.load(
                    folder, folder.resolve(name), unit -> watch[0] = new CallWatch(unit, 1_000_000_000L));
        } catch (PolicyFailure failure) {
            assertThat(expected)
                    .as("%s: %s", name, failure.getMessage())
                    .contains("load", failure.kind().name());
            checkMessage(name, failure);
            return null;
        } finally {
            watch[0].end();
            late.add(watch[0].millisAfterStop());
        }
    }

    /** How it ended. */
    private static String call(ScriptUnit unit, String name, boolean hangs, List<Long> late)
            throws InterruptedException {
        PolicyInput input = input();
        String before = input.toString();
        // what ends by itself is given time, so that a busy machine is not taken for a slow script
        CallWatch watch = hangs ? new CallWatch(unit) : new CallWatch(unit, 5_000_000_000L);
        try {
            unit.policy().prefetch(input);
            return "ok";
        } catch (PolicyFailure failure) {
            checkMessage(name, failure);
            return failure.kind().name();
        } finally {
            watch.end();
            late.add(watch.millisAfterStop());
            assertThat(input).hasToString(before);
        }
    }

    private static void checkMessage(String name, PolicyFailure failure) {
        assertThat(failure.getMessage())
                .startsWith(folder.toString())
                .hasLineCount(1)
                .hasSizeLessThan(600);
        assertThat(failure.getMessage()).as(name).doesNotContain("dev.nowake", "org.graalvm");
    }

    private static PolicyInput input() {
        return CannedInputs.reading(Trigger.OPEN, 4, Map.of());
    }
}
