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
        assertThat(answers.answer(Map.of("verb", "one"), null)).isEqualTo(1);
        assertThat(answers.answer(Map.of("verb", "echo", "name", "x"), null)).isEqualTo("x");
    }

    @Test
    void whatIsWrongIsSaid() {
        assertThat(answers.answer(Map.of("verb", "two"), null).toString())
                .contains("unknown verb two: this daemon answers 'one', 'echo'");
        assertThat(answers.answer(new HashMap<>(), null).toString()).contains("unknown verb null");
        assertThat(answers.answer(Map.of("verb", 7), null).toString()).contains("unknown verb 7");
        assertThat(answers.answer(Map.of("verb", "echo", "name", 3), null).toString())
                .contains("the request needs 'name', a text");
    }
}
