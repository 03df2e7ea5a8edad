package dev.nowake.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.model.ByteRange;
import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import dev.nowake.model.Tensor;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufReaderTest {
    private static final int UINT32 = 4;
    private static final int TEXT = 8;
    private static final int ARRAY = 9;

    private static Maker start(ByteOrder order, int version, long tensors, long keys) {
        return new Maker(order).ascii("GGUF").u32(version).u64(tensors).u64(keys);
    }

    private static Maker tensor(Maker maker, String name, int type, long offset, long... shape) {
        maker.text(name).u32(shape.length);
        for (long dimension : shape) {
            maker.u64(dimension);
        }
        return maker.u32(type).u64(offset);
    }

    static byte[] whole(ByteOrder order, int version) {
        Maker maker = start(order, version, 3, 6);
        maker.text("general.architecture").u32(TEXT).text("llama");
        maker.text("general.alignment").u32(UINT32).u32(64);
        maker.text("split.no").u32(2).u16(1);
        maker.text("split.count").u32(2).u16(3);
        maker.text("split.tensors.count").u32(5).u32(17);
        maker.text("tokenizer.ggml.tokens")
                .u32(ARRAY)
                .u32(TEXT)
                .u64(2)
                .text("a")
                .text("bc");
        tensor(maker, "second", 0, 128, 4, 2);
        tensor(maker, "first", 8, 0, 64);
        tensor(maker, "third", 999, 192, 1);
        return maker.padTo(64).raw(new byte[256]).bytes();
    }

    private static void refused(byte[] file, String... words) {
        assertThatThrownBy(() -> GgufReader.read(MemorySource.of(file)))
                .isInstanceOf(HostileModelException.class)
                .message()
                .contains(words)
                .doesNotContain("\n");
    }

    @Test
    void bothVersionsAndByteOrders() throws Exception {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            for (int version = 2; version <= 3; version++) {
                byte[] file = whole(order, version);
                GgufHeader header = GgufReader.readHeader(MemorySource.of(file).readingAtMost(7));
                long data = file.length - 256;
                assertThat(header.version()).isEqualTo(version);
                assertThat(header.architecture()).isEqualTo("llama");
                assertThat(header.splitNumber()).isEqualTo(1);
                assertThat(header.splitCount()).isEqualTo(3);
                assertThat(header.splitTensors()).isEqualTo(17);
                assertThat(header.layout())
                        .isEqualTo(new Layout(
                                Format.GGUF,
                                java.util.List.of(
                                        new Tensor("first", new ByteRange(data, data + 68)),
                                        new Tensor("second", new ByteRange(data + 128, data + 160)),
                                        // A type that is not known reaches to the end.
                                        new Tensor("third", new ByteRange(data + 192, data + 256))),
                                data,
                                3));
            }
        }
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] file = whole(ByteOrder.LITTLE_ENDIAN, 3);
        for (int length = 0; length < file.length - 64; length++) {
            refused(Arrays.copyOf(file, length), "");
        }
    }

    @Test
    void versionOneSaysWhatToDo() {
        refused(start(ByteOrder.LITTLE_ENDIAN, 1, 0, 0).bytes(), "version 1", "convert");
        refused(start(ByteOrder.LITTLE_ENDIAN, 9, 0, 0).bytes(), "version 9");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1 << 19})
    void countsThatCannotBe(long count) {
        refused(start(ByteOrder.LITTLE_ENDIAN, 3, count, 0).bytes(), Long.toUnsignedString(count));
        refused(start(ByteOrder.LITTLE_ENDIAN, 3, 0, count).bytes(), Long.toUnsignedString(count));
    }

    @Test
    void lengthsThatCannotBe() {
        refused(start(ByteOrder.LITTLE_ENDIAN, 3, 0, 1).u64(-1).bytes(), "text");
        refused(
                start(ByteOrder.LITTLE_ENDIAN, 3, 0, 1)
                        .text("k")
                        .u32(TEXT)
                        .u64(Long.MIN_VALUE)
                        .bytes(),
                "length");
        refused(start(ByteOrder.LITTLE_ENDIAN, 3, 0, 1).text("k").u32(77).bytes(), "type 77");
        refused(
                start(ByteOrder.LITTLE_ENDIAN, 3, 0, 1)
                        .text("k")
                        .u32(ARRAY)
                        .u32(10)
                        .u64(Long.MAX_VALUE)
                        .bytes(),
                "length");
        refused(
                start(ByteOrder.LITTLE_ENDIAN, 3, 0, 1)
                        .text("k")
                        .u32(ARRAY)
                        .u32(TEXT)
                        .u64(Long.MAX_VALUE)
                        .bytes(),
                "");
        refused(
                start(ByteOrder.LITTLE_ENDIAN, 3, 0, 1)
                        .text("general.alignment")
                        .u32(UINT32)
                        .u32(0)
                        .bytes(),
                "alignment");
        refused(
                start(ByteOrder.LITTLE_ENDIAN, 3, 0, 1)
                        .text("general.alignment")
                        .u32(TEXT)
                        .text("x")
                        .bytes(),
                "whole number");
        refused(
                start(ByteOrder.LITTLE_ENDIAN, 3, 0, 1)
                        .text("split.no")
                        .u32(UINT32)
                        .u32(5)
                        .bytes(),
                "split.no");
    }

    @Test
    void nestedArraysEnd() {
        Maker maker = start(ByteOrder.LITTLE_ENDIAN, 3, 0, 1).text("k").u32(ARRAY);
        for (int i = 0; i < 10_000; i++) {
            maker.u32(ARRAY).u64(1);
        }
        refused(maker.bytes(), "nested");
    }

    @Test
    void tensorsThatCannotBe() {
        refused(
                tensor(start(ByteOrder.LITTLE_ENDIAN, 3, 1, 0), "t", 0, 0, Long.MAX_VALUE, 2)
                        .bytes(),
                "shape");
        refused(tensor(start(ByteOrder.LITTLE_ENDIAN, 3, 1, 0), "t", 0, 0, -1).bytes(), "shape");
        refused(tensor(start(ByteOrder.LITTLE_ENDIAN, 3, 1, 0), "t", 8, 0, 33).bytes(), "shape");
        refused(
                tensor(start(ByteOrder.LITTLE_ENDIAN, 3, 1, 0), "t", 0, 0, new long[9])
                        .bytes(),
                "dimensions");
        refused(tensor(start(ByteOrder.LITTLE_ENDIAN, 3, 1, 0), "t", 0, -5, 1).bytes(), "outside");
        refused(
                tensor(start(ByteOrder.LITTLE_ENDIAN, 3, 1, 0), "t", 0, Long.MAX_VALUE, 1)
                        .bytes(),
                "outside");
        refused(
                tensor(start(ByteOrder.LITTLE_ENDIAN, 3, 1, 0), "t", 0, 0, 1 << 20)
                        .bytes(),
                "outside");
        Maker twice = start(ByteOrder.LITTLE_ENDIAN, 3, 2, 0);
        tensor(tensor(twice, "t", 24, 0, 4), "t", 24, 4, 4);
        refused(twice.padTo(32).raw(new byte[64]).bytes(), "two tensors");
        Maker over = start(ByteOrder.LITTLE_ENDIAN, 3, 2, 0);
        tensor(tensor(over, "a", 24, 0, 4), "b", 24, 3, 4);
        refused(over.padTo(32).raw(new byte[64]).bytes(), "overlap");
    }
}
