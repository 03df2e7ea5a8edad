package dev.nowake.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyNamesTest {
    @Test
    void namesAreOneTo64PlainLetters() {
        assertThat(PolicyNames.isPolicy("next-2-shards")).isTrue();
        assertThat(PolicyNames.isPolicy("a".repeat(64))).isTrue();
        assertThat(PolicyNames.isArgument("window_Bytes-2")).isTrue();
        assertThat(PolicyNames.isArgument("a".repeat(64))).isTrue();
        assertThat(PolicyNames.isPolicy("a".repeat(65))).isFalse();
        assertThat(PolicyNames.isArgument("a".repeat(65))).isFalse();
        assertThat(PolicyNames.isPolicy("Next")).isFalse();
        assertThat(PolicyNames.isArgument("2nd")).isFalse();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"a b", "a/b", "..", "é", "a\n", "a\u0000"})
    void neitherMayBe(String name) {
        assertThat(PolicyNames.isPolicy(name)).isFalse();
        assertThat(PolicyNames.isArgument(name)).isFalse();
    }
}
