package dev.nowake.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteSource;
import dev.nowake.model.HostileModelException;
import dev.nowake.model.Layout;
import dev.nowake.model.Tensor;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Bytes nobody meant: each reader ends soon, with a layout inside the file or with one of its two exceptions. */
class HostileBytesTest {
    private static final long SECOND_NANOS = 1_000_000_000;

    private interface Reader {
        Object read(ByteSource source) throws IOException, HostileModelException;
    }

    private static final List<Reader> READERS = List.of(
            SafetensorsReader::read,
            GgufReader::read,
            TorchZipReader::read,
            OnnxReader::read,
            SafetensorsIndex::read,
            OllamaManifest::read,
            source -> FormatDetector.read(source, "x.onnx"),
            source -> FormatDetector.read(source, "x.bin"));

    private static void allEnd(byte[] file) {
        for (int i = 0; i < READERS.size(); i++) {
            long start = System.nanoTime();
            try {
                Object read = READERS.get(i).read(MemorySource.of(file));
                if (read instanceof Layout layout) {
                    assertInside(layout, file.length);
                }
            } catch (HostileModelException e) {
                assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(500);
            } catch (IOException e) {
                throw new AssertionError("reader " + i + ": memory cannot fail", e);
            }
            assertThat(System.nanoTime() - start).as("reader " + i).isLessThan(SECOND_NANOS);
        }
    }

    private static void assertInside(Layout layout, long sizeBytes) {
        assertThat(layout.dataOffsetBytes()).isBetween(0L, sizeBytes);
        long end = 0;
        for (Tensor tensor : layout.tensors()) {
            assertThat(tensor.bytes().start()).isGreaterThanOrEqualTo(end);
            end = tensor.bytes().end();
        }
        assertThat(end).isLessThanOrEqualTo(sizeBytes);
    }

    @Property(tries = 1000)
    void randomBytes(@ForAll @Size(max = 300) byte[] file) {
        allEnd(file);
    }

    @Property(tries = 1000)
    void randomBytesBehindEachMagic(@ForAll @Size(max = 200) byte[] tail, @ForAll @IntRange(max = 4) int kind) {
        Maker maker = Maker.little();
        switch (kind) {
            case 0 -> maker.u64(tail.length).ascii("{");
            case 1 -> maker.ascii("GGUF").u32(3).u64(2).u64(2);
            case 2 -> maker.u32(Magic.ZIP_LOCAL);
            case 3 -> maker.varint(1 << 3).varint(8).varint(7 << 3 | 2);
            default -> maker.ascii("{\"weight_map\":{\"");
        }
        allEnd(maker.raw(tail).bytes());
    }

    @Property(tries = 2000)
    void goodFilesWithSomeBytesChanged(
            @ForAll @IntRange(max = 4) int kind, @ForAll @IntRange(min = 1, max = 6) int changes, @ForAll long seed)
            throws IOException {
        byte[] file = switch (kind) {
            case 0 ->
                Maker.safetensors(
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                                + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
                        8);
            case 1 -> GgufReaderTest.whole(ByteOrder.LITTLE_ENDIAN, 3);
            case 2 -> TorchReaderTest.zip("m/data.pkl", "m/data/0", "m/data/1");
            case 3 -> OnnxReaderTest.model();
            default -> "{\"weight_map\":{\"a\":\"b.safetensors\"}}".getBytes(StandardCharsets.UTF_8);
        };
        Random random = new Random(seed);
        for (int i = 0; i < changes; i++) {
            byte[] favourites = {0, 1, (byte) 0x7f, (byte) 0x80, (byte) 0xff, (byte) random.nextInt()};
            file[random.nextInt(file.length)] = favourites[random.nextInt(favourites.length)];
        }
        allEnd(file);
    }
}
