package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.policy.Argument;
import dev.nowake.policy.Policy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FittedArgumentsTest {
    private final FittedArguments fitted = new FittedArguments(new Policy() {
        @Override
        public String name() {
            return "p";
        }

        @Override
        public Map<String, Argument> arguments() {
            return Map.of(
                    "window", new Argument.Size(5),
                    "how", new Argument.Choice("a", List.of("a", "b")),
                    "path", new Argument.Text(null));
        }
    });

    @Test
    void whatFitsIsGivenAsItIs() {
        Map<String, Object> given = Map.of("window", 1L, "how", "b", "path", "/x");
        assertThat(fitted.of(given)).isSameAs(given);
    }

    @Test
    void whatTheReloadedPolicyDeclaresOtherwiseIsItsDefault() {
        assertThat(fitted.of(Map.of("window", "much", "how", "c", "old", 1L)))
                .isEqualTo(Map.of("window", 5L, "how", "a"));
        assertThat(fitted.of(Map.of("path", "/x"))).isEqualTo(Map.of("window", 5L, "how", "a", "path", "/x"));
    }
}
