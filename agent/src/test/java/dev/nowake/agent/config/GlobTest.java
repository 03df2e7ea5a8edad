package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "llama            | llama            | true",
                "llama            | llama2           | false",
                "*.gguf           | a.gguf           | true",
                "*.gguf           | d/a.gguf         | false",
                "**.gguf          | d/a.gguf         | true",
                "**/*.gguf        | a.gguf           | true",
                "**/*.gguf        | d/e/a.gguf       | true",
                "/m/**/x          | /m/x             | true",
                "/m/**/x          | /m/a/b/x         | true",
                "/m/**/x          | /m/ax            | false",
                "a**/x            | a/x              | true",
                "a**/x            | ax               | false",
                "llama/**         | llama/a/b        | true",
                "llama/**         | llama            | false",
                "a?c              | abc              | true",
                "a?c              | a/c              | false",
                "[a-c]x           | bx               | true",
                "[!a-c]x          | bx               | false",
                "[!a-c]x          | dx               | true",
                "[!a]             | /                | false",
                "[a-]             | -                | true",
                "x.{gguf,bin}     | x.bin            | true",
                "x.{gguf,bin}     | x.pt             | false",
                "x{,.old}         | x                | true",
                "{a*,**/b}        | c/d/b            | true",
                "{a*,**/b}        | b                | true",
                "\\*              | *                | true",
                "\\*              | x                | false",
                "\\\\xff          | \\xff            | true",
                "?                | 模               | true",
                "*/?              | a/\uD83D\uDE00   | true",
            })
    void matches(String pattern, String text, boolean expected) {
        assertThat(Glob.of(pattern).matches(text)).isEqualTo(expected);
    }

    @Test
    void aNewlineIsACharacterLikeAnyOther() {
        assertThat(Glob.of("a*b").matches("a\nb")).isTrue();
        assertThat(Glob.of("a?b").matches("a\nb")).isTrue();
        assertThat(Glob.of("a\nb").matches("a\nb")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "[a         | '[' without ']'",
                "[]         | empty '[]'",
                "[z-a]      | runs backwards",
                "[a/b]      | '/' inside",
                "{a,b       | '{' without '}'",
                "{a,{b}}    | '{' inside",
                "{}         | empty '{}'",
                "a\\        | ends in a backslash",
            })
    void whatIsNoPattern(String pattern, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Glob.of(pattern))
                .withMessageContaining(why)
                .withMessageContaining(pattern);
    }

    @Test
    void emptyAndEndlessPatternsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Glob.of(""));
        assertThatIllegalArgumentException().isThrownBy(() -> Glob.of("a".repeat(4097)));
    }

    /** Backtracking would take longer than the universe has been there for. */
    @Test
    void noPatternTakesExponentialTime() {
        String text = "a".repeat(4000);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertThat(Glob.of("*a".repeat(1000) + "b").matches(text)).isFalse();
            assertThat(Glob.of("**a".repeat(1000) + "b").matches(text)).isFalse();
            assertThat(Glob.of("{a,a*,*a}".repeat(400) + "b").matches(text)).isFalse();
            assertThat(Glob.of("**/".repeat(1300) + "b").matches("a/".repeat(2000)))
                    .isFalse();
        });
    }

    /** Both mean the same, but that {@code **}{@code /} where a name begins may also stand for no folder here. */
    @Property(tries = 3000)
    void agreesWithTheJdk(@ForAll("patterns") String pattern, @ForAll("texts") String text) {
        boolean jdk = withAndWithoutFolders(pattern).stream()
                .filter(each -> !each.isEmpty())
                .anyMatch(each ->
                        FileSystems.getDefault().getPathMatcher("glob:" + each).matches(Path.of(text)));
        assertThat(Glob.of(pattern).matches(text))
                .as("'%s' against '%s'", pattern, text)
                .isEqualTo(jdk);
    }

    /** Every way to leave out some of the {@code **}{@code /} at the start of a name. */
    private static List<String> withAndWithoutFolders(String pattern) {
        List<String> all = new ArrayList<>();
        Matcher folders = Pattern.compile("(?<=^|/)\\*{2,}/").matcher(pattern);
        if (!folders.find()) {
            return List.of(pattern);
        }
        String before = pattern.substring(0, folders.start());
        for (String after : withAndWithoutFolders("/" + pattern.substring(folders.end()))) {
            all.add(before + after.substring(1));
            all.add(before + folders.group() + after.substring(1));
        }
        return all;
    }

    @Property(tries = 2000)
    void anyTextIsAPatternOrRefusedInOneLine(@ForAll String pattern, @ForAll String text) {
        try {
            Glob glob = Glob.of(pattern);
            assertThatNoException().isThrownBy(() -> glob.matches(text));
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageContaining("pattern");
        }
    }

    @Property
    void whatIsEscapedMatchesItself(@ForAll("texts") String text) {
        StringBuilder pattern = new StringBuilder();
        text.codePoints().forEach(character -> pattern.append('\\').appendCodePoint(character));
        assertThat(Glob.of(pattern.toString()).matches(text)).isTrue();
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.of(
                        "a",
                        "b",
                        "/",
                        "*",
                        "**",
                        "**/",
                        "/**/",
                        "?",
                        "[ab]",
                        "[!a]",
                        "[a-c]",
                        "{a,b}",
                        "{a*,b/c}",
                        "\\*")
                .list()
                .ofMinSize(1)
                .ofMaxSize(8)
                .map(parts -> String.join("", parts))
                .filter(pattern -> !pattern.contains("//") && !pattern.endsWith("/"));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "b", "c", "*", "ab", "ba", "abc")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(parts -> String.join("/", parts));
    }
}
