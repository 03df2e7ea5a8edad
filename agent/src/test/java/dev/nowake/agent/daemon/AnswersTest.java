package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private final Answers answers =
            new Answers().add("one", request -> 1).add("echo", request -> Answers.text(request, "name"));

    @Test
    void everyVerbHasItsAnswer() {
        assertThat(answers.apply(Map.of("verb", "one"))).isEqualTo(1);
        assertThat(answers.apply(Map.of("verb", "echo", "name", "x"))).isEqualTo("x");
    }

    @Test
    void whatIsWrongIsSaid() {
        assertThat(answers.apply(Map.of("verb", "two")).toString())
                .contains("unknown verb two: this daemon answers 'one', 'echo'");
        assertThat(answers.apply(new HashMap<>()).toString()).contains("unknown verb null");
        assertThat(answers.apply(Map.of("verb", 7)).toString()).contains("unknown verb 7");
        assertThat(answers.apply(Map.of("verb", "echo", "name", 3)).toString())
                .contains("the request needs 'name', a text");
    }
}
