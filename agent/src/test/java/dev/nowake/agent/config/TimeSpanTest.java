package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeSpanTest {
    @ParameterizedTest
    @CsvSource({
        "90s,90000",
        "14d,1209600000",
        "1d12h,129600000",
        "1w2d3h4m5s,788645000",
        "0s,0",
        "000001h,3600000",
        "500ms,500",
        "1m5s20ms,65020",
        "1m1ms,60001"
    })
    void whatPeopleWrite(String text, long millis) {
        assertThat(TimeSpan.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "5", "h", "1 d", "-1d", "1.5h", "1D", "1h1h", "1s1h", "1ms1s", "1d12", "1234567s", "١d"
            })
    void whatIsNone(String text) {
        assertThatThrownBy(() -> TimeSpan.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' is not a length of time");
    }

    @Property
    void whatIsWrittenIsReadAgain(@ForAll @LongRange(min = 0, max = 86_399_999_999_999L) long millis) {
        Duration span = Duration.ofMillis(millis);
        assertThat(TimeSpan.parse(TimeSpan.format(span))).isEqualTo(span);
    }
}
