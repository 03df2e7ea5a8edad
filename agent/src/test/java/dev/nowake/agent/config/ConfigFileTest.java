package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
    @TempDir
    Path folder;

    @Test
    void theSmallestForm() throws Exception {
        Config config = read("mode: enforce\nroots: [{path: /models, policy: load-and-release, args: {}}]\n");
        assertThat(config.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(config.roots())
                .containsExactly(new RootRule(
                        Path.of("/models"),
                        Mode.ENFORCE,
                        "load-and-release",
                        Map.of(
                                "window",
                                0L,
                                "lookaheadFiles",
                                Long.MAX_VALUE,
                                "leftovers",
                                "keep",
                                "room",
                                "none",
                                "node",
                                "reader",
                                "misplaced",
                                "keep",
                                "mapped",
                                "leave")));
    }

    @Test
    void observeAndTheDefaultPolicyWhereNothingIsSaid() throws Exception {
        Config config = read("roots:\n  - path: /models\n");
        assertThat(config.mode()).isEqualTo(Mode.OBSERVE);
        assertThat(config.roots()).singleElement().satisfies(root -> {
            assertThat(root.mode()).isEqualTo(Mode.OBSERVE);
            assertThat(root.policy()).isEqualTo("load-and-release");
        });
        assertThat(read("").roots()).isEmpty();
        assertThat(read("mode: enforce").mode()).isEqualTo(Mode.ENFORCE);
    }

    /** For whoever wants to know where they lie while a policy is broken or a server hangs. */
    @Test
    void rootFoldersAreToldWhateverElseIsWrong() throws Exception {
        Path file = Files.writeString(folder.resolve("nowake.yaml"), """
                mode: sideways
                roots:
                - {path: /a, policy: no-such-policy, args: {x: 1}}
                - {path: "/home/*/models"}
                - {path: relative}
                - {path: /off, enabled: false}
                - {policy: none}
                - text
                """);
        assertThat(ConfigFile.rootFolders(file)).containsExactly(Path.of("/a"), Path.of("/home/*/models"));
        assertThat(ConfigFile.rootFolders(folder.resolve("nowhere.yaml"))).isEmpty();
        assertThat(ConfigFile.rootFolders(Files.writeString(folder.resolve("odd.yaml"), "roots: {a: [")))
                .isEmpty();
    }

    @Test
    void aRootMayCarryItsOwnMode() throws Exception {
        Config config = read("mode: observe\nroots:\n- {path: /a, mode: enforce}\n- {path: /b}\n");
        assertThat(config.roots()).extracting(RootRule::mode).containsExactly(Mode.ENFORCE, Mode.OBSERVE);
        assertThat(config.overallMode()).isEqualTo(Mode.ENFORCE);
        assertThat(config.mode()).isEqualTo(Mode.OBSERVE);
    }

    @Test
    void howMuchMayBeInFlight() throws Exception {
        assertThat(read("roots: []").inFlight()).isEqualTo(new InFlightLimits(256L << 20, Long.MAX_VALUE));
        assertThat(read("inFlight: {max: 1GiB, mountMax: 4MiB}").inFlight())
                .isEqualTo(new InFlightLimits(1L << 30, 4L << 20));
        assertThat(read("inFlight: {mountMax: 32MiB}").inFlight()).isEqualTo(new InFlightLimits(256L << 20, 32L << 20));
    }

    @Test
    void argumentsHaveTheirTypes() throws Exception {
        Config config = read("""
                roots:
                - path: /models
                  args: {window: 4GiB, lookaheadFiles: 2, leftovers: evict, room: reclaim, node: 1, misplaced: move}
                """);
        assertThat(config.roots().getFirst().args())
                .isEqualTo(Map.of(
                        "window",
                        4L << 30,
                        "lookaheadFiles",
                        2L,
                        "leftovers",
                        "evict",
                        "room",
                        "reclaim",
                        "node",
                        "1",
                        "misplaced",
                        "move",
                        "mapped",
                        "leave"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "window: 4096          | argument 'window': '4096' is not a size: write a number with a unit, such as 512MiB",
                "window: -1GiB         | argument 'window': '-1GiB' is not a size: write a number with a unit, such as 512MiB",
                "window: [1GiB]        | argument 'window': expected one value",
                "lookaheadFiles: 4GiB  | argument 'lookaheadFiles': '4GiB' is not a count: write a number, such as 2",
                "lookaheadFiles: -1    | argument 'lookaheadFiles': '-1' is not a count: write a number, such as 2",
                "lookaheadFiles: 99999999999999999999 | argument 'lookaheadFiles': '99999999999999999999' is not a count: write a number, such as 2",
                "leftovers: evit       | argument 'leftovers': 'evit' is none of keep, evict; did you mean 'evict'?",
                "leftovers: yes        | argument 'leftovers': 'yes' is none of keep, evict; did you mean 'keep'?",
                "room: evict           | argument 'room': 'evict' is none of none, reclaim, reserve; did you mean 'none'?",
                "windw: 1GiB           | unknown key 'windw'; did you mean 'window'?",
            })
    void wrongArgumentsAreNamedWithTheirLine(String argument, String message) throws Exception {
        assertThat(errors("roots:\n- path: /models\n  args:\n    " + argument + "\n"))
                .containsExactly(file() + ":4: " + message);
    }

    @Test
    void policiesWithoutArgumentsTakeNone() throws Exception {
        assertThat(errors("roots: [{path: /m, policy: none, args: {window: 1GiB}}]"))
                .containsExactly(file() + ":1: unknown key 'window'");
    }

    @Test
    void allErrorsAtOnceEachWithItsLine() throws Exception {
        assertThat(errors("""
                mod: enforce
                roots:
                - path: models
                  mode: enforced
                  polcy: none
                - path: /a
                  policy: load-and-relase
                - [1, 2]
                - path: /b
                  args: {room: yes}
                colour: red
                """))
                .containsExactlyInAnyOrder(
                        file() + ":1: unknown key 'mod'; did you mean 'mode'?",
                        file() + ":11: unknown key 'colour'; did you mean 'roots'?",
                        file() + ":5: unknown key 'polcy'; did you mean 'policy'?",
                        file() + ":3: a root needs 'path', an absolute folder",
                        file() + ":4: mode is 'observe' or 'enforce', not 'enforced'",
                        file() + ":7: no policy 'load-and-relase'; did you mean 'load-and-release'?",
                        file() + ":8: a root is keys and values, such as {path: /models}",
                        file() + ":10: argument 'room': 'yes' is none of none, reclaim, reserve; did you mean 'none'?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1]                         | :1: expected keys and values (control, inFlight, journal, metrics, mirrors, mode, policies, roots, rules)",
                "just words                  | :1: expected keys and values (control, inFlight, journal, metrics, mirrors, mode, policies, roots, rules)",
                "roots: /models              | :1: 'roots' must be a list of folders to watch, such as roots: [{path: /models}]",
                "roots: {path: /models}      | :1: 'roots' must be a list of folders to watch, such as roots: [{path: /models}]",
                "roots: ['/models']          | :1: a root is keys and values, such as {path: /models}",
                "roots: [{policy: none}]     | :1: a root needs 'path', an absolute folder",
                "roots: [{path: \"/a\\0b\"}] | :1: a root needs 'path', an absolute folder",
                "mode: [enforce]             | :1: expected one value",
                "inFlight: 64MiB             | :1: expected keys and values (max, mountMax)",
                "inFlight: {max: 64}         | :1: 'inFlight.max': '64' is not a size: write a number with a unit, such as 512MiB",
                "inFlight: {mountMax: [1]}   | :1: expected one value",
                "inFlight: {mountMax: 4KiB}  | :1: 'inFlight.mountMax': '4KiB' in flight is less than one request: write 1MiB or more",
                "inFlight: {mountmax: 1GiB}  | :1: unknown key 'mountmax'; did you mean 'mountMax'?",
                "mode: Enforce               | :1: mode is 'observe' or 'enforce', not 'Enforce'",
            })
    void wrongTypes(String text, String message) throws Exception {
        assertThat(errors(text)).containsExactly(file() + message);
    }

    @Test
    void aKeyThatStandsTwice() throws Exception {
        assertThat(errors("mode: observe\nroots: []\nmode: enforce\n"))
                .singleElement()
                .asString()
                .startsWith(file() + ":3: ")
                .containsIgnoringCase("mode");
    }

    @Test
    void aSecondDocumentIsNotPassedOver() throws Exception {
        assertThat(errors("mode: observe\n---\nmode: enforce\n"))
                .containsExactly(file() + ":3: a second document begins");
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 1_000, 100_000})
    void deepNestingIsRefused(int depth) throws Exception {
        assertThat(errors("roots: " + "[".repeat(depth) + "]".repeat(depth)))
                .singleElement()
                .asString()
                .contains("nested too deep");
    }

    @Test
    void aFileOfTwoMebibytesIsRefusedUnread() throws Exception {
        byte[] spaces = new byte[2 << 20];
        Arrays.fill(spaces, (byte) ' ');
        Files.write(file(), spaces);
        assertThat(failure(file())).hasMessage(file() + ": larger than 1 MiB, not a configuration");
        assertThat(failure(Path.of("/dev/zero"))).hasMessageContaining("larger than 1 MiB");
    }

    @Test
    void whatCannotBeReadIsNamed() throws Exception {
        assertThat(failure(folder.resolve("absent")))
                .hasMessageEndingWith("absent: no such file; write it, or name another with --config FILE");
        assertThat(failure(folder)).hasMessage(folder + ": is a folder; name the file in it");
        Files.write(file(), new byte[] {'m', (byte) 0xff, (byte) 0xfe});
        assertThat(failure(file())).hasMessage(file() + ": not UTF-8 text");
    }

    @Test
    void foldersMayBeNamedInAnyScript() throws Exception {
        assertThat(read("roots: [{path: /模型/mod\u00e8les}]").roots().getFirst().path())
                .isEqualTo(Path.of("/模型/mod\u00e8les"));
    }

    private Path file() {
        return folder.resolve("nowake.yaml");
    }

    private Config read(String text) throws IOException, ConfigException {
        return ConfigFile.read(Files.writeString(file(), text));
    }

    private java.util.List<String> errors(String text) throws IOException {
        return failure(Files.writeString(file(), text)).getMessage().lines().toList();
    }

    private static ConfigException failure(Path file) {
        ConfigException failure = catchThrowableOfType(ConfigException.class, () -> ConfigFile.read(file));
        assertThat(failure).as("the configuration was taken").isNotNull();
        return failure;
    }
}
