package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneLineTest {
    @Test
    void whatMovesACursorBreaksALineOrTurnsTextIsSpelledOut() {
        assertThat(OneLine.of("a\nb\r\t\u001b[31m\u0085\u009b\u007f")).isEqualTo("a\\nb\\r\\t\\x1b[31m\\x85\\x9b\\x7f");
        assertThat(OneLine.of("\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069"))
                .isEqualTo("\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a\\u202e\\u2066\\u2069");
    }

    @Test
    void allElseIsAsItWas() {
        for (String text : new String[] {"", "llama-3 8B", "模型", "\u05d0\u05d1", "\ud83e\udd99", "\u200d", "a\\nb"}) {
            assertThat(OneLine.of(text)).isEqualTo(text);
        }
    }
}
