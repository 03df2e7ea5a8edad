package dev.nowake.agent.manual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.agent.cli.Main;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The manual as the build writes it, read by the formatter and the shell that users have. */
class ManualTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void write() throws IOException {
        Manual.write(Path.of("../docs"), "2026-01-01", folder);
    }

    @Test
    void aFormatterHasNothingToSayAboutAnyPage() throws IOException, InterruptedException {
        assumeTrue(isThere("mandoc"), "needs mandoc: apt-get install mandoc");
        List<String> command = new ArrayList<>(List.of("mandoc", "-Tlint", "-W", "warning"));
        try (Stream<Path> pages = Files.walk(folder)) {
            pages.filter(page -> page.toString().matches(".*\\.[0-9]")).forEach(page -> command.add(page.toString()));
        }

        assertThat(command).hasSizeGreaterThan(10);
        assertThat(output(command)).isEmpty();
    }

    @Test
    void everyVerbHasAPageThatTheFirstOneNames() throws IOException {
        String first = Files.readString(folder.resolve("man1/nowake.1"));

        assertThat(Main.described().getSubcommands().keySet())
                .contains("run", "status")
                .allSatisfy(verb -> {
                    assertThat(folder.resolve("man1/nowake-" + verb + ".1")).isNotEmptyFile();
                    assertThat(first).contains("nowake\\-" + verb + "(1)");
                });
    }

    @Test
    void theConfigurationsPageHoldsEveryLineOfItsDocumentsExamplesAndEveryKey() throws IOException {
        String page = Files.readString(folder.resolve("man5/nowake.yaml.5"));

        assertThat(page).contains(".nf\nmode: enforce").contains(".TP\n\\fBinFlight\\fP\n");
    }

    @Test
    void oddTextStaysText() {
        Roff page = new Roff("T", 1, "2026-01-01", "s").line(".x \\ 'a' `b-c` [d](e.md) **f**");

        assertThat(page.toString()).endsWith("\n\\&.x \\e \\(aqa\\(aq \\fBb\\-c\\fP d \\fBf\\fP\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'nowake stat', status",
        "'nowake run --enf', --enforce",
        "'nowake status --output j', json",
        "'nowake trace rec', record",
        "'nowake policy che', check",
    })
    void aShellCompletesWhatIsBegun(String typed, String expected) throws IOException, InterruptedException {
        // What bash does when the tab key is pressed: the words, the one the cursor is on, and the function for the
        // first.
        String script = """
                source nowake.bash
                complete -p nowake >/dev/null || exit 1
                function=$(complete -p nowake | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                COMP_LINE=$1; read -ra COMP_WORDS <<<"$1"
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_POINT=${#COMP_LINE}
                $function nowake "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """;

        assertThat(output(List.of("bash", "--norc", "-c", script, "bash", typed))
                        .lines()
                        .map(String::strip))
                .contains(expected);
    }

    private static boolean isThere(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(part -> Files.isExecutable(Path.of(part, program)));
    }

    private static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
