package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestTest {
    private static final List<String> KNOWN = List.of("path", "policy", "mode", "args");

    @Test
    void mistypedWordsFindTheirMeaning() {
        assertThat(Nearest.of("polcy", KNOWN)).isEqualTo("policy");
        assertThat(Nearest.of("paths", KNOWN)).isEqualTo("path");
        assertThat(Nearest.of("arg", KNOWN)).isEqualTo("args");
        assertThat(Nearest.of("moed", KNOWN)).isEqualTo("mode");
    }

    @Test
    void equalDistancesGoByTheAlphabetAndNothingKnownIsNothing() {
        assertThat(Nearest.of("x", List.of("b", "a"))).isEqualTo("a");
        assertThat(Nearest.of("x", List.of())).isEmpty();
    }

    @Property(tries = 200)
    void aKnownWordIsItsOwnNearest(
            @ForAll @Size(min = 1, max = 6) List<@AlphaChars @StringLength(max = 8) String> known) {
        for (String word : known) {
            assertThat(Nearest.of(word, known)).isEqualTo(word);
        }
    }
}
