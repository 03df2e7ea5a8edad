package dev.nowake.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every input a long run found worth keeping, again. */
class FuzzedHeadersTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz/headers");

    @Test
    void whatLongRunsFoundEndsWell() throws IOException {
        int inputs = 0;
        try (Stream<Path> files = Files.list(CORPUS)) {
            for (Path file : files.toList()) {
                try {
                    FuzzedHeaders.fuzzerTestOneInput(Files.readAllBytes(file));
                } catch (Throwable broken) {
                    throw new AssertionError(file.toString(), broken);
                }
                inputs++;
            }
        }
        assertThat(inputs).isGreaterThan(50);
    }

    /** Good files of every format, for a run to begin from: {@code FuzzedHeadersTest FOLDER}. */
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        for (Map.Entry<String, byte[]> seed : seeds().entrySet()) {
            Files.write(folder.resolve("seed-" + seed.getKey()), seed.getValue());
        }
    }

    private static Map<String, byte[]> seeds() throws IOException {
        Map<String, byte[]> seeds = new TreeMap<>();
        String tensors =
                "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[4,8]}}";
        List<byte[]> good = List.of(
                Maker.safetensors(tensors, 8),
                GgufReaderTest.whole(ByteOrder.LITTLE_ENDIAN, 3),
                TorchReaderTest.zip("m/data.pkl", "m/data/0", "m/data/1"),
                OnnxReaderTest.model(),
                "{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a\":\"b.safetensors\",\"c\":\"../d\"}}"
                        .getBytes(StandardCharsets.UTF_8),
                ("{\"schemaVersion\":2,\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.model\",\"digest\":\"sha256:ab\","
                                + "\"size\":1},{\"mediaType\":\"application/vnd.ollama.image.projector\",\"digest\":\"sha256:cd\"}]}")
                        .getBytes(StandardCharsets.UTF_8));
        for (int reader = 0; reader < good.size(); reader++) {
            for (int manner = 0; manner < 4; manner++) {
                seeds.put(reader + "-" + manner, prefixed(reader, manner * 0x11 & 0x3f | manner, good.get(reader)));
            }
            seeds.put("any-" + reader, prefixed(6, 0, good.get(reader)));
            seeds.put("torch-" + reader, prefixed(7, 0, good.get(reader)));
        }
        seeds.put("gguf-2", prefixed(1, 0, GgufReaderTest.whole(ByteOrder.LITTLE_ENDIAN, 2)));
        seeds.put("gguf-big", prefixed(1, 0, GgufReaderTest.whole(ByteOrder.BIG_ENDIAN, 3)));
        seeds.put("pickle", prefixed(7, 0, new byte[] {(byte) 0x80, 2, 'c', '_', '_', '\n', 'q', 0, '.'}));
        return seeds;
    }

    private static byte[] prefixed(int reader, int manner, byte[] file) {
        return Maker.little().u8(reader).u8(manner).raw(file).bytes();
    }
}
