package dev.nowake.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.model.ByteRange;
import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import dev.nowake.model.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsReaderTest {
    private static String tensor(String name, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[" + (end - begin) + "],\"data_offsets\":[" + begin + ","
                + end + "]}";
    }

    private static void refused(byte[] file, String... words) {
        assertThatThrownBy(() -> SafetensorsReader.read(MemorySource.of(file)))
                .isInstanceOf(HostileModelException.class)
                .message()
                .contains(words)
                .doesNotContain("\n")
                .hasSizeLessThan(400);
    }

    @Test
    void tensorsComeInFileOrderWithTheirBytes() throws Exception {
        String json = "{\"__metadata__\":{\"format\":\"pt\"}," + tensor("b", 6, 10) + "," + tensor("a", 0, 6) + ","
                + tensor("none", 6, 6) + "}   ";
        Layout layout = SafetensorsReader.read(MemorySource.of(Maker.safetensors(json, 10)));
        long data = 8 + json.length();
        assertThat(layout.format()).isEqualTo(Format.SAFETENSORS);
        assertThat(layout.dataOffsetBytes()).isEqualTo(data);
        assertThat(layout.tensorCount()).isEqualTo(3);
        assertThat(layout.tensors())
                .containsExactly(
                        new Tensor("a", new ByteRange(data, data + 6)),
                        new Tensor("b", new ByteRange(data + 6, data + 10)));
    }

    @Property(tries = 200)
    void whatWasWrittenIsRead(
            @ForAll @Size(max = 30) List<@IntRange(min = 1, max = 1000) Integer> lengths,
            @ForAll @IntRange(min = 1, max = 200) int longestRead)
            throws Exception {
        List<String> entries = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < lengths.size(); i++) {
            entries.add(tensor("t" + i, at, at + lengths.get(i)));
            at += lengths.get(i);
        }
        byte[] file = Maker.safetensors("{" + String.join(",", entries.reversed()) + "}", (int) at);
        Layout layout = SafetensorsReader.read(MemorySource.of(file).readingAtMost(longestRead));
        assertThat(layout.tensorCount()).isEqualTo(lengths.size());
        assertThat(layout.tensors())
                .extracting(t -> (int) t.bytes().lengthBytes())
                .isEqualTo(lengths);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, 200_000_000})
    void headerLengthsThatCannotBe(long headerBytes) {
        byte[] start = Maker.little().u64(headerBytes).ascii("{}").bytes();
        MemorySource source = MemorySource.sparse(start, 300_000_000);
        assertThatThrownBy(() -> SafetensorsReader.read(source))
                .isInstanceOf(HostileModelException.class)
                .hasMessageContaining(Long.toUnsignedString(headerBytes));
        assertThat(source.bytesRead()).isLessThan(100);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":{\"data_offsets\":[0,4]},\"b\":{\"data_offsets\":[3,8]}}|overlap",
                "{\"a\":{\"data_offsets\":[0,4]},\"a\":{\"data_offsets\":[4,8]}}|two tensors",
                "{\"a\":{\"data_offsets\":[0,9]}}|outside",
                "{\"a\":{\"data_offsets\":[4,2]}}|outside",
                "{\"a\":{\"data_offsets\":[-1,2]}}|data_offsets",
                "{\"a\":{\"data_offsets\":[9223372036854775807,9223372036854775807]}}|data_offsets",
                "{\"a\":{\"data_offsets\":[0,99999999999999999999999999]}}|broken JSON",
                "{\"a\":{\"data_offsets\":[0]}}|data_offsets",
                "{\"a\":{\"data_offsets\":[0,1,2]}}|data_offsets",
                "{\"a\":{\"data_offsets\":[0,1],\"data_offsets\":[0,1]}}|data_offsets",
                "{\"a\":{\"data_offsets\":{}}}|data_offsets",
                "{\"a\":{\"data_offsets\":[0.5,1]}}|data_offsets",
                "{\"a\":{}}|data_offsets",
                "{\"a\":5}|object",
                "[]|not a JSON object",
                "{} {}|follows",
                "{\"a\":{\"data_offsets\":[0,1|broken JSON",
                "{\"a\\nb\":{\"data_offsets\":[0,99]}}|outside",
            })
    void headersThatCannotBe(String json, String word) {
        refused(Maker.safetensors(json, 8), word);
    }

    @Test
    void truncatedFiles() throws Exception {
        byte[] whole = Maker.safetensors("{" + tensor("a", 0, 100) + "}", 100);
        for (int length = 0; length < whole.length; length++) {
            refused(Arrays.copyOf(whole, length), "");
        }
        assertThatThrownBy(() -> SafetensorsReader.read(MemorySource.of(whole).endingAt(20)))
                .isInstanceOf(HostileModelException.class);
    }

    @Test
    void deepNestingEndsSoon() {
        refused(Maker.safetensors("{\"__metadata__\":" + "[".repeat(100_000), 8), "broken JSON");
        refused(Maker.safetensors("{\"a\":{\"shape\":" + "{\"x\":".repeat(100_000), 8), "broken JSON");
    }

    @Test
    void aLongNameIsRefusedAndShownShort() {
        refused(Maker.safetensors("{" + tensor("n".repeat(5000), 0, 1) + "}", 8), "broken JSON");
    }

    @Test
    void tooManyTensorsAreRefused() {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i <= TensorTable.MAX_TENSORS; i++) {
            json.append('"').append(i).append("\":{\"data_offsets\":[0,0]},");
        }
        refused(Maker.safetensors(json.append("}").toString(), 8), "tensors");
    }

    @Test
    void aGitLfsPointerSaysSo() {
        refused("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n".getBytes(), "Git LFS");
    }

    @Test
    void whatTheFileThrowsIsPassedOn() {
        assertThatThrownBy(() -> SafetensorsReader.read(new dev.nowake.model.ByteSource() {
                    @Override
                    public long sizeBytes() {
                        return 1000;
                    }

                    @Override
                    public int read(long offsetBytes, ByteBuffer target) throws IOException {
                        if (offsetBytes > 0) {
                            throw new IOException("EIO");
                        }
                        target.putLong(100);
                        return 8;
                    }
                }))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("EIO");
    }
}
