package dev.nowake.agent.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.nowake.kernel.proc.DeviceNumber;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines as kernels write them, and as a process's name may make them look. */
class FilemapLineTest {
    private static final long DEVICE = DeviceNumber.of(254, 0);

    private static FilemapLine parse(String line) {
        return FilemapLine.parse(line, 4096);
    }

    @Test
    void aReadIsARange() {
        assertThat(parse("             cat-32540   (  32539) [003] ..... 13607.167072: mm_filemap_get_pages:"
                        + " dev=254:0 ino=20c0d3 ofs=3145728-3248127"))
                .isEqualTo(new FilemapLine(
                        "get_pages", 32540, 32539, 3, 13_607_167_072L, DEVICE, 0x20c0d3, 3_145_728, 102_400));
    }

    @Test
    void aFaultIsAPage() {
        assertThat(parse("  x-7   (-------) [000] ...1. 1.000001: mm_filemap_fault: dev=254:0 ino=1 ofs=4096"))
                .isEqualTo(new FilemapLine("fault", 7, -1, 0, 1_000_001, DEVICE, 1, 4096, 4096));
    }

    @Test
    void aMissIsAFolio() {
        assertThat(parse("  x-7 [012] .... 1.000001: mm_filemap_add_to_page_cache: dev 254:0 ino 1f pfn=0x5 ofs=8192"
                        + " order=9"))
                .isEqualTo(new FilemapLine("add_to_page_cache", 7, -1, 12, 1_000_001, DEVICE, 0x1f, 8192, 2 << 20));
        assertThat(parse("  x-7 [012] .... 1.000001: mm_filemap_add_to_page_cache: dev 254:0 ino 1f page=0 pfn=5 ofs=0")
                        .lengthBytes())
                .as("older kernels have single pages")
                .isEqualTo(4096);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b",
                "-5 (9) [007]",
                ": mm_filemap_",
                "x] 9.9: y",
                "dev=1:1 ino=2",
                "(",
                "ofs=0-99",
                "CPU:0 [LOST 5"
            })
    void aNameIsNoPartOfTheLine(String comm) {
        assertThat(parse(
                        comm + "-32540   (  32539) [003] ..... 7.000002: mm_filemap_fault: dev=254:0 ino=20c0d3 ofs=0"))
                .isEqualTo(new FilemapLine("fault", 32540, 32539, 3, 7_000_002, DEVICE, 0x20c0d3, 0, 4096));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bash-1 (1) [000] ...1. 1.1: tracing_mark_write: hello",
                "x-7 (7) [000] ..... 1.000001: mm_filemap_fault: dev=254:0 ino=1",
                "x-7 (7) [000] ..... 1.000001: mm_filemap_fault: dev=254 ino=1 ofs=0",
                "x-7 (7) [000] ..... 1.000001: mm_filemap_fault: dev=254:0 ino=zz ofs=0",
                "x-7 (7) [000] ..... 1: mm_filemap_fault: dev=254:0 ino=1 ofs=0",
                "mm_filemap_fault: dev=254:0 ino=1 ofs=0",
            })
    void whatIsNoneIsPassedOver(String line) {
        assertThat(parse(line)).isNull();
    }

    @Property
    void anyTextIsALineOrNone(@ForAll String before, @ForAll String after) {
        assertThatCode(() -> {
                    parse(before + ": mm_filemap_fault: " + after);
                    FilemapLine.lost("CPU:" + before + "[LOST " + after);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void lostEventsAreCounted() {
        assertThat(FilemapLine.lost("CPU:1 [LOST 123 EVENTS]")).isEqualTo(123);
        assertThat(FilemapLine.lost("CPU:1 [LOST EVENTS]"))
                .as("how many is not told")
                .isEqualTo(1);
        assertThat(FilemapLine.lost("x-1 (1) [LOST 5 EVENTS]")).isZero();
    }
}
