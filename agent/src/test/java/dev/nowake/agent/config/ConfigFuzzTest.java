package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Junk, binary or nearly a configuration: a configuration or a {@link ConfigException}, never anything else. */
class ConfigFuzzTest {
    private static final List<String> PIECES = List.of(
            "mode",
            "roots",
            "rules",
            "match",
            "size",
            "user",
            "fallback",
            "none",
            "path",
            "policy",
            "args",
            "window",
            ": ",
            ":",
            "- ",
            "-",
            "\n",
            "\n  ",
            "\n    ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&a ",
            "*a",
            "!!binary ",
            "!!set ",
            "!!java.io.File ",
            "<<",
            "? ",
            "| \n",
            "> ",
            "'",
            "\"",
            "\\x",
            "%YAML 9.9\n",
            "---\n",
            "...\n",
            "#",
            "\t",
            "~",
            "null",
            "/models",
            "enforce",
            "4GiB",
            "1e999",
            "0o7",
            "\u0000",
            "\uFEFF",
            "\u2028",
            "@",
            "`");

    private static Path folder;
    private static Path file;
    private static Path dropIn;

    @BeforeContainer
    static void makeFiles() throws IOException {
        folder = Files.createTempDirectory("config");
        file = folder.resolve("nowake.yaml");
        dropIn = Files.createDirectory(folder.resolve("conf.d")).resolve("x.yaml");
    }

    @AfterContainer
    static void deleteFiles() throws IOException {
        Files.deleteIfExists(file);
        Files.deleteIfExists(dropIn);
        Files.delete(dropIn.getParent());
        Files.delete(folder);
    }

    @Property(tries = 500)
    void binary(@ForAll byte[] junk) throws IOException {
        read(junk);
    }

    @Property(tries = 1000)
    void piecesOfYamlInAnyOrder(@ForAll("pieces") String text) throws IOException {
        read(text.getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 500)
    void aRightFileWithOneByteChanged(@ForAll("damaged") byte[] text) throws IOException {
        read(text);
    }

    @Property(tries = 300)
    void twoDamagedFilesOverEachOther(@ForAll("damaged") byte[] one, @ForAll("damaged") byte[] other)
            throws IOException {
        Files.write(dropIn, other);
        read(one);
        Files.delete(dropIn);
    }

    @Property(tries = 300)
    void aDropInOfPieces(@ForAll("damaged") byte[] one, @ForAll("pieces") String other) throws IOException {
        Files.writeString(dropIn, other);
        read(one);
        Files.delete(dropIn);
    }

    private static void read(byte[] content) throws IOException {
        Files.write(file, content);
        try {
            LoadedConfig loaded = ConfigFile.load(null, file, KnownPolicies.BUILTIN);
            loaded.config().roots().forEach(root -> assertThat(root.path()).isAbsolute());
            shownIsReadAsTheSame(loaded);
        } catch (ConfigException refused) {
            assertThat(refused.getMessage().lines())
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).startsWith(folder.toString()));
        }
    }

    private static void shownIsReadAsTheSame(LoadedConfig loaded) throws IOException, ConfigException {
        String shown = LoadedConfig.yaml(loaded.settings(KnownPolicies.BUILTIN));
        Path again =
                Files.writeString(Files.createTempDirectory(folder, "again").resolve("shown.yaml"), shown);
        try {
            Config config = ConfigFile.load(null, again, KnownPolicies.BUILTIN).config();
            assertThat(config.roots()).isEqualTo(loaded.config().roots());
            assertThat(config.rules())
                    .extracting(Rule::name, Rule::match, Rule::policy, Rule::args, Rule::mode, Rule::fallback)
                    .isEqualTo(loaded.config().rules().stream()
                            .map(rule -> tuple(
                                    rule.name(),
                                    rule.match(),
                                    rule.policy(),
                                    rule.args(),
                                    rule.mode(),
                                    rule.fallback()))
                            .toList());
            assertThat(config.service()).isEqualTo(loaded.config().service());
            assertThat(config.policies()).isEqualTo(loaded.config().policies());
        } finally {
            Files.delete(again);
            Files.delete(again.getParent());
        }
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.of(PIECES).list().ofMinSize(1).ofMaxSize(40).map(list -> String.join("", list));
    }

    @Provide
    Arbitrary<byte[]> damaged() {
        byte[] right = ("mode: enforce\nroots:\n- path: \"/models\"\n  args: {window: 4GiB, room: none}\n- {path: /b}\n"
                        + "policies: [/p]\nrules:\n- name: a\n  match: {path: [\"a/**\", x], size: \">1GiB\", user: 0, pod: \"n/*\"}\n"
                        + "  policy: none\n  fallback: {policy: whole-file}\n")
                .getBytes(StandardCharsets.UTF_8);
        return Combinators.combine(Arbitraries.integers().between(0, right.length - 1), Arbitraries.bytes())
                .as((at, value) -> {
                    byte[] changed = right.clone();
                    changed[at] = value;
                    return changed;
                });
    }
}
