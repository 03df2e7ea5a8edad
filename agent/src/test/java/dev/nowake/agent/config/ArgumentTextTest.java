package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.policy.Argument;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentTextTest {
    private static final Argument CHOICE = new Argument.Choice("keep", List.of("keep", "evict"));

    @Test
    void eachTypeIsReadAndShown() {
        assertThat(ArgumentText.parse("4GiB", new Argument.Size(null))).isEqualTo(4L << 30);
        assertThat(ArgumentText.parse("3", new Argument.Count(null))).isEqualTo(3L);
        assertThat(ArgumentText.parse("-0.5", new Argument.Decimal(null))).isEqualTo(-0.5);
        assertThat(ArgumentText.parse("true", new Argument.Flag(null))).isEqualTo(true);
        assertThat(ArgumentText.parse("a b", new Argument.Text(null))).isEqualTo("a b");
        assertThat(ArgumentText.parse("evict", CHOICE)).isEqualTo("evict");
        assertThat(ArgumentText.type(CHOICE)).isEqualTo("keep|evict");
        assertThat(ArgumentText.show(new Argument.Size(1L << 30), 1L << 30)).isEqualTo("1.00 GiB");
        assertThat(ArgumentText.show(new Argument.Text(null), null)).isEmpty();
    }

    @Test
    void whatIsNoValueIsSaidWithOneThatIs() {
        assertThatThrownBy(() -> ArgumentText.parse("4", new Argument.Size(null)))
                .hasMessageContaining("512MiB");
        assertThatThrownBy(() -> ArgumentText.parse("-1", new Argument.Count(null)))
                .hasMessageContaining("such as 2");
        assertThatThrownBy(() -> ArgumentText.parse("NaN", new Argument.Decimal(null)))
                .hasMessageContaining("0.5");
        assertThatThrownBy(() -> ArgumentText.parse("yes", new Argument.Flag(null)))
                .hasMessageContaining("true");
        assertThatThrownBy(() -> ArgumentText.parse("kepe", CHOICE)).hasMessageContaining("did you mean 'keep'");
    }
}
