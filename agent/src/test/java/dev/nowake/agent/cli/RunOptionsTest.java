package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigException;
import dev.nowake.agent.config.KnownPolicies;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.config.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunOptionsTest {
    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void resolve() throws IOException {
        folder = temporary.toRealPath();
    }

    @Test
    void aRootAloneIsObservedWithTheDefaultPolicy() throws Exception {
        Config config = new RunOptions(List.of(folder), false, null, null).config(KnownPolicies.BUILTIN);
        assertThat(config.mode()).isEqualTo(Mode.OBSERVE);
        assertThat(config.roots()).singleElement().satisfies(root -> {
            assertThat(root.path()).isEqualTo(folder);
            assertThat(root.mode()).isEqualTo(Mode.OBSERVE);
            assertThat(root.policy()).isEqualTo("load-and-release");
            assertThat(root.args()).containsEntry("leftovers", "keep");
        });
    }

    @Test
    void enforceWithoutAPolicyIsLoadAndRelease() throws Exception {
        Config config = new RunOptions(List.of(folder), true, null, null).config(KnownPolicies.BUILTIN);
        assertThat(config.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(config.roots()).extracting(RootRule::policy).containsExactly("load-and-release");
        assertThat(config.roots()).extracting(RootRule::mode).containsExactly(Mode.ENFORCE);
    }

    @Test
    void optionsWinOverTheFile() throws Exception {
        Path file = file("mode: observe\nroots: [{path: /a, mode: observe, args: {window: 1GiB}}, {path: /b}]");
        Config config = new RunOptions(List.of(folder), true, "whole-file", file).config(KnownPolicies.BUILTIN);
        assertThat(config.roots()).extracting(RootRule::path).containsExactly(Path.of("/a"), Path.of("/b"), folder);
        assertThat(config.roots()).extracting(RootRule::policy).containsOnly("whole-file");
        assertThat(config.roots()).extracting(RootRule::mode).containsOnly(Mode.ENFORCE);
        assertThat(config.roots().getFirst().args()).isEmpty();
    }

    @Test
    void optionsActOnRulesByTheirModeAlone() throws Exception {
        Path file = file("roots: [{path: /a}]\nrules: [{policy: none, mode: observe}, {policy: none}]\npolicies: [/p]");
        Config enforced = new RunOptions(List.of(), true, "whole-file", file).config(KnownPolicies.BUILTIN);
        assertThat(enforced.rules()).extracting(Rule::mode).containsOnly(Mode.ENFORCE);
        assertThat(enforced.rules()).extracting(Rule::policy).containsOnly("none");
        assertThat(enforced.policies()).containsExactly(Path.of("/p"));
        Config plain = new RunOptions(List.of(), false, null, file).config(KnownPolicies.BUILTIN);
        assertThat(plain.rules()).extracting(Rule::mode).containsExactly(Mode.OBSERVE, null);
    }

    @Test
    void theFileStandsWhereNoOptionSpeaks() throws Exception {
        Path file = file("mode: enforce\nroots: [{path: /a, policy: none, mode: observe}]");
        Config config = new RunOptions(List.of(folder), false, null, file).config(KnownPolicies.BUILTIN);
        assertThat(config.roots()).extracting(RootRule::policy).containsExactly("none", "load-and-release");
        assertThat(config.roots()).extracting(RootRule::mode).containsExactly(Mode.OBSERVE, Mode.ENFORCE);
    }

    @Test
    void namingThePolicyARuleHasAlreadyKeepsItsArguments() throws Exception {
        Path file = file("roots: [{path: /a, args: {window: 1GiB}}]");
        Config config = new RunOptions(List.of(), false, "load-and-release", file).config(KnownPolicies.BUILTIN);
        assertThat(config.roots().getFirst().args()).containsEntry("window", 1L << 30);
    }

    @Test
    void linksAreFollowedBecauseEventsComeFromRealFolders() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createDirectory(folder.resolve("real")));
        assertThat(new RunOptions(List.of(link), false, null, null)
                        .config(KnownPolicies.BUILTIN)
                        .roots()
                        .getFirst()
                        .path())
                .isEqualTo(folder.resolve("real"));
    }

    @Test
    void aRootThatIsNotThereYetIsTakenAsWritten() throws Exception {
        Path later = folder.resolve("x/../later");
        assertThat(new RunOptions(List.of(later), false, null, null)
                        .config(KnownPolicies.BUILTIN)
                        .roots()
                        .getFirst()
                        .path())
                .isEqualTo(folder.resolve("later"));
    }

    @Test
    void whatIsWrongIsSaidWithWhatToDo() throws IOException {
        Path plain = Files.createFile(folder.resolve("model.gguf"));
        assertRefused(new RunOptions(List.of(), false, null, null), "nothing to watch: give --root DIR, or --config");
        assertRefused(new RunOptions(List.of(), false, null, file("mode: enforce")), "nothing to watch");
        assertRefused(new RunOptions(List.of(plain), false, null, null), "is not a folder: give the folder that holds");
        assertRefused(new RunOptions(List.of(folder), false, "nnoe", null), "no policy 'nnoe'; did you mean 'none'?");
        assertRefused(new RunOptions(List.of(folder), false, null, folder.resolve("no")), "no: no such file; write it");
    }

    @Test
    void aRootWithAPatternIsTheFoldersThereAre() throws Exception {
        Path ada = Files.createDirectories(folder.resolve("home/ada/hub"));
        Path bob = Files.createDirectories(folder.resolve("home/bob/hub"));
        Path file = file(
                "roots:\n- {path: %1$s/home/*/hub, mode: enforce}\n- {path: %1$s/home/ada/hub}\n".formatted(folder));
        RunOptions options = new RunOptions(List.of(), false, null, file);
        assertThat(options.config(KnownPolicies.BUILTIN).roots())
                .extracting(RootRule::path, RootRule::mode)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(bob, Mode.ENFORCE),
                        org.assertj.core.groups.Tuple.tuple(ada, Mode.OBSERVE));
        Path cy = Files.createDirectories(folder.resolve("home/cy/hub"));
        assertThat(options.config(KnownPolicies.BUILTIN).roots())
                .as("read again")
                .extracting(RootRule::path)
                .containsExactly(bob, cy, ada);
        assertRefused(
                new RunOptions(List.of(), false, null, file("roots: [{path: " + folder + "/no/*}]")),
                "nothing to watch: no folder matches " + folder + "/no/* yet");
    }

    @Test
    void withoutAFileOrRootsTheInstalledOneIsRead() {
        assertThat(RunOptions.file(null, List.of())).isEqualTo(Path.of("/etc/nowake/nowake.yaml"));
        assertThat(RunOptions.file(null, List.of("/models"))).isNull();
        assertThat(RunOptions.file("/x.yaml", List.of("/models"))).isEqualTo(Path.of("/x.yaml"));
    }

    private static void assertRefused(RunOptions options, String message) {
        assertThatThrownBy(() -> options.config(KnownPolicies.BUILTIN))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("nowake.yaml"), text);
    }
}
