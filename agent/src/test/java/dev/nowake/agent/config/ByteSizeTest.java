package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "4096B, 4096",
        "0B, 0",
        "1KiB, 1024",
        "512MiB, 536870912",
        "2GB, 2000000000",
        "1.5GiB, 1610612736",
        "80 GiB, 85899345920",
        "3tb, 3000000000000",
        "0.000001MB, 1",
        "8388607TiB, 9223370937343148032",
    })
    void sizesAsPeopleWriteThem(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "4096",
                "MiB",
                "-1MiB",
                "+1MiB",
                "1e3MiB",
                "1,5GiB",
                "0x10B",
                "1.MiB",
                ".5MiB",
                "1 MiB x",
                "1PiB",
                "1 M",
                "NaNB",
                "InfinityGB",
                "1\n2MiB",
                "١MiB",
                "9999999999999999B",
                "1.1234567GiB"
            })
    void whatIsNoSizeIsRefusedWithAnExample(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("512MiB");
    }

    @Test
    void whatNoFileCanHoldIsRefused() {
        assertThatThrownBy(() -> ByteSize.parse("8388608TiB")).hasMessageContaining("larger than any file");
        assertThatThrownBy(() -> ByteSize.parse("999999999999999TB")).hasMessageContaining("larger than any file");
    }

    @Property(tries = 300)
    void wholeUnitsComeBackAsTheyWere(@ForAll @LongRange(max = 1L << 40) long count) {
        assertThat(ByteSize.parse(count + "B")).isEqualTo(count);
        assertThat(ByteSize.parse(count + "KiB")).isEqualTo(count * 1024);
    }

    @Property(tries = 300)
    void whatIsShownReadsBackToThreeDigits(@ForAll @LongRange(max = 1L << 52) long bytes) {
        assertThat((double) ByteSize.parse(ByteSize.format(bytes))).isCloseTo(bytes, within(bytes * 0.005 + 1));
    }

    @Property(tries = 300)
    void anyTextIsASizeOrAnIllegalArgument(@ForAll @StringLength(max = 20) String text) {
        try {
            assertThat(ByteSize.parse(text)).isNotNegative();
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith("'" + text + "'");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.00 KiB", "10752, 10.5 KiB", "104857600, 100 MiB", "-2048, -2.00 KiB"
    })
    void sizesForPeople(long bytes, String text) {
        assertThat(ByteSize.format(bytes)).isEqualTo(text);
    }
}
