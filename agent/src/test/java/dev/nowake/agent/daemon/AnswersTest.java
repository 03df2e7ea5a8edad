package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.control.Caller;
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

    private static Caller caller(boolean mayChange) {
        return new Caller() {
            @Override
            public String user() {
                return "alice";
            }

            @Override
            public boolean mayChange() {
                return mayChange;
            }

            @Override
            public String refusal(String verb) {
                return "alice may not '" + verb + "'";
            }
        };
    }

    @Test
    void whatChangesSomethingIsForThoseWhoMay() {
        answers.change("switch", (request, by) -> "by " + by);
        assertThat(answers.answer(Map.of("verb", "switch"), caller(true))).isEqualTo("by alice");
        assertThat(answers.answer(Map.of("verb", "switch"), caller(false)).toString())
                .contains("not_permitted")
                .contains("alice may not 'switch'");
        assertThat(answers.answer(Map.of("verb", "one"), caller(false))).isEqualTo(1);
    }
}
