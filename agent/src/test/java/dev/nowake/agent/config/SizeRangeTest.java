package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeRangeTest {
    private static final long MIB = 1L << 20;

    @ParameterizedTest
    @CsvSource({
        ">=10MiB, 10485760, true",
        ">=10MiB, 10485759, false",
        ">10MiB, 10485760, false",
        ">10MiB, 10485761, true",
        "<10MiB, 10485759, true",
        "<10MiB, 10485760, false",
        "<=10MiB, 10485760, true",
        "<=10MiB, 10485761, false",
        "1MiB..10MiB, 1048576, true",
        "1MiB..10MiB, 10485760, true",
        "1MiB..10MiB, 1048575, false",
        "1 MiB .. 10 MiB, 2097152, true",
        "<0B, 0, false",
    })
    void contains(String range, long bytes, boolean expected) {
        assertThat(SizeRange.parse(range).contains(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10", "10GiB", ">", ">10", "=>1GiB", "1GiB..", "..1GiB", "1GiB..2", "1GiB...2GiB", ">-1GiB"})
    void whatIsNoRange(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> SizeRange.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2GiB..1GiB"})
    void backwards(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SizeRange.parse(text))
                .withMessageContaining("runs backwards");
    }

    @Property
    void theFourSignsPartAllSizes(
            @ForAll @LongRange(min = 0, max = 1L << 20) long edge,
            @ForAll @LongRange(min = 0, max = 1L << 42) long bytes) {
        String size = edge + "MiB";
        assertThat(SizeRange.parse("<" + size).contains(bytes)).isEqualTo(bytes < edge * MIB);
        assertThat(SizeRange.parse(">=" + size).contains(bytes)).isEqualTo(bytes >= edge * MIB);
        assertThat(SizeRange.parse(">" + size).contains(bytes)).isEqualTo(bytes > edge * MIB);
        assertThat(SizeRange.parse("<=" + size).contains(bytes)).isEqualTo(bytes <= edge * MIB);
        assertThat(SizeRange.parse(size + ".." + size).contains(bytes)).isEqualTo(bytes == edge * MIB);
    }
}
