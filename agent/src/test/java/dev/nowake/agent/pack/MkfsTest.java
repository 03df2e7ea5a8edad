package dev.nowake.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What versions of mkfs.erofs say of themselves, and what they are told. */
class MkfsTest {
    private static final String OLD = """
            mkfs.erofs 1.5
            usage: [options] FILE DIRECTORY

            Generate erofs image from DIRECTORY to FILE, and [options] are:
             -d#                   set output message level to # (maximum 9)
             -zX[,Y]               X=compressor (Y=compression level, optional)
             -T#                   set a fixed UNIX timestamp # to all files
             -UX                   use a given filesystem UUID
             --chunksize=#         generate chunk-based files with #-byte chunks

            Available compressors are: lz4hc, lz4
            """;

    private static final String NEW = """
            mkfs.erofs (erofs-utils) 1.8.6
            available compressors: lz4, lz4hc, lzma, deflate, zstd
            Usage: mkfs.erofs [OPTIONS] FILE SOURCE(s)
             -V, --version         print the version number of mkfs.erofs and exit
             -T#                   specify a fixed UNIX timestamp # as build time
                --all-time         the timestamp is also applied to all files (default)
             -UX                   use a given filesystem UUID
             --dsunit=#            align all data block addresses to multiples of #
            """;

    private static final Path PROGRAM = Path.of("/usr/bin/mkfs.erofs");

    private static List<String> command(Mkfs mkfs, Compression compression) {
        return mkfs.command(Path.of("/t/image"), Path.of("/t/tree"), "u-u", compression);
    }

    @Test
    void whatItCanDoIsWhatItSays() throws Exception {
        Mkfs old = Mkfs.of(PROGRAM, OLD);
        assertThat(old.version()).isEqualTo("1.5");
        assertThat(old.compressors()).containsExactlyInAnyOrder("lz4hc", "lz4");
        assertThat(old.alignmentBytes(null)).isEqualTo(4096);
        assertThat(command(old, null))
                .containsSubsequence("-T315532800", "-U", "u-u", "/t/image", "/t/tree")
                .noneMatch(word -> word.startsWith("--dsunit") || word.startsWith("--all-time"));
        Mkfs fresh = Mkfs.of(PROGRAM, NEW);
        assertThat(fresh.version()).isEqualTo("1.8.6");
        assertThat(fresh.compressors()).hasSize(5).contains("zstd");
        assertThat(fresh.alignmentBytes(null)).isEqualTo(2 << 20);
        assertThat(command(fresh, null)).contains("--dsunit=512", "--all-time");
        Compression zstd = Compression.parse("zstd,9");
        assertThat(fresh.alignmentBytes(zstd)).isEqualTo(4096);
        assertThat(command(fresh, zstd)).contains("-zzstd,9").noneMatch(word -> word.startsWith("--dsunit"));
    }

    @Test
    void whyItFailedIsOneLine() {
        assertThat(Mkfs.reason("""
                <E> erofs: Failed to write data into device - 4096:[12]: [Error 28] No space left on device
                <E> erofs: 	Could not format the device : [Error 28] No space left on device

                """))
                .contains("No space left")
                .doesNotContain("\n")
                .doesNotStartWith("<E>");
        assertThat(Mkfs.reason("")).isEqualTo("it gave no reason");
        assertThat(Mkfs.reason("\n\nsh: not found\n")).isEqualTo("sh: not found");
    }

    @Property(tries = 200)
    void whateverItSaysThereIsAReason(@ForAll String output) {
        assertThat(Mkfs.reason(output)).doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "LZ4", "lz4,", "lz4,x", "lz4 ,9", "-zlz4", "lz4,1234", "lz4:zstd", "lz4\n"})
    void whatIsNoCompression(String text) {
        assertThatThrownBy(() -> Compression.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
