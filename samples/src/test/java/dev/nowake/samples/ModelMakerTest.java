package dev.nowake.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nowake.samples.ModelSpec.Content;
import dev.nowake.samples.ModelSpec.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelMakerTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1", "7", "64", "1000", "4096", "65536", "500000"})
    void everyPresetReachesTheSizeAskedFor(long mebibytes) {
        for (Preset preset : Preset.values()) {
            Architecture model = Architecture.fit(preset, DType.BF16, mebibytes * MIB);
            assertThat((double) model.sizeBytes() / MIB)
                    .as("%s as %s", preset, model)
                    .isCloseTo(mebibytes, within(mebibytes * 0.02));
            assertThat(model.heads() % model.keyHeads()).isZero();
            assertThat(model.headSize() * model.heads()).isEqualTo(model.hidden());
            assertThat(GgufNames.tensors(model).stream()
                            .mapToLong(WeightTensor::sizeBytes)
                            .sum())
                    .isBetween(model.sizeBytes(), model.sizeBytes() * 11 / 10);
        }
    }

    @ParameterizedTest
    @EnumSource(Preset.class)
    void safetensorsHeadsDescribeTheFilesExactly(Preset preset) throws IOException {
        List<Path> shards = ModelMaker.write(ModelSpec.of(preset, 12 * MIB).withShards(4), folder);

        assertThat(shards).hasSize(4);
        Map<String, Object> index = SmallJson.object(Files.readString(folder.resolve("model.safetensors.index.json")));
        Map<String, Object> weightMap = map(index.get("weight_map"));
        long dataBytes = 0;
        Set<String> seen = new HashSet<>();
        for (Path shard : shards) {
            Map<String, Object> head = safetensorsHead(shard);
            head.remove("__metadata__");
            assertThat(new ArrayList<>(head.keySet())).isSorted();
            long endBytes = 0;
            for (Map.Entry<String, Object> tensor : head.entrySet()) {
                List<?> offsets = (List<?>) map(tensor.getValue()).get("data_offsets");
                assertThat(offsets.getFirst()).isEqualTo(endBytes);
                endBytes = (long) offsets.getLast();
                assertThat(weightMap)
                        .containsEntry(tensor.getKey(), shard.getFileName().toString());
                assertThat(seen.add(tensor.getKey())).isTrue();
            }
            assertThat(Files.size(shard)).isEqualTo(headBytes(shard) + endBytes);
            dataBytes += endBytes;
        }
        assertThat(seen).hasSameSizeAs(weightMap.keySet());
        assertThat(map(index.get("metadata"))).containsEntry("total_size", dataBytes);
        assertThat((double) dataBytes).isCloseTo(12.0 * MIB, within(0.02 * 12 * MIB));
    }

    @Test
    void layersLieInShardsInTheirOrder() throws IOException {
        ModelMaker.write(ModelSpec.of(Preset.LLAMA, 8 * MIB).withShards(3), folder);

        Map<String, Object> weightMap =
                map(SmallJson.object(Files.readString(folder.resolve("model.safetensors.index.json")))
                        .get("weight_map"));
        assertThat(weightMap.keySet())
                .startsWith("model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight");
        assertThat(new ArrayList<>(weightMap.keySet())).endsWith("model.norm.weight", "lm_head.weight");
        assertThat(new ArrayList<>(weightMap.values()).stream().map(Object::toString))
                .isSorted();
    }

    @Test
    void oneShardHasNoIndex() throws IOException {
        List<Path> shards = ModelMaker.write(ModelSpec.of(Preset.LLAMA, MIB), folder);

        assertThat(shards).containsExactly(folder.resolve("model.safetensors"));
        assertThat(folder.resolve("model.safetensors.index.json")).doesNotExist();
        assertThat(SmallJson.object(Files.readString(folder.resolve("config.json"))))
                .containsEntry("model_type", "llama");
    }

    @ParameterizedTest
    @CsvSource({"LLAMA,1", "QWEN,3", "MIXTRAL,2"})
    void ggufFilesParseAndEndWithTheirLastTensor(Preset preset, int parts) throws IOException {
        ModelSpec spec = ModelSpec.of(preset, 8 * MIB)
                .withFormat(Format.GGUF)
                .withType(DType.F16)
                .withName("tiny")
                .withShards(parts);

        List<Path> shards = ModelMaker.write(spec, folder);

        assertThat(shards.getFirst().getFileName())
                .hasToString(parts == 1 ? "tiny.gguf" : "tiny-00001-of-%05d.gguf".formatted(parts));
        List<String> names = new ArrayList<>();
        for (Path shard : shards) {
            GgufReader file = GgufReader.read(shard);
            names.addAll(file.tensors.keySet());
            assertThat(file.endBytes).isEqualTo(Files.size(shard));
            if (parts > 1) {
                assertThat(file.keys).containsEntry("split.no", (long) shards.indexOf(shard));
                assertThat(file.keys).containsEntry("split.count", (long) parts);
            }
        }
        assertThat(GgufReader.read(shards.getFirst()).keys)
                .containsEntry("general.architecture", preset == Preset.QWEN ? "qwen2" : "llama");
        assertThat(names)
                .startsWith("token_embd.weight", "blk.0.attn_norm.weight")
                .endsWith("output.weight");
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void huggingFaceSnapshotsAreLinksToNamelessBlobs() throws IOException {
        ModelSpec spec = ModelSpec.of(Preset.LLAMA, 2 * MIB)
                .withShards(2)
                .withName("tiny")
                .withPlacement(ModelPlacement.HUGGING_FACE);

        List<Path> shards = ModelMaker.write(spec, folder);

        Path repository = folder.resolve("hub/models--nowake--tiny");
        String revision = Files.readString(repository.resolve("refs/main"));
        for (Path shard : shards) {
            assertThat(shard.getParent())
                    .isEqualTo(repository.resolve("snapshots").resolve(revision));
            assertThat(shard).isSymbolicLink();
            assertThat(Files.readSymbolicLink(shard)).isRelative();
            assertThat(shard.toRealPath().getParent())
                    .isEqualTo(repository.resolve("blobs").toRealPath());
            assertThat(shard.toRealPath().getFileName().toString()).matches("[0-9a-f]{64}");
            assertThat(safetensorsHead(shard)).isNotEmpty();
        }
        assertThat(shards.getFirst().resolveSibling("model.safetensors.index.json"))
                .isRegularFile();
        assertThat(shards.getFirst().resolveSibling("config.json")).isRegularFile();
    }

    @Test
    void ollamaManifestNamesTheBlob() throws IOException {
        ModelSpec spec = ModelSpec.of(Preset.LLAMA, 2 * MIB)
                .withFormat(Format.GGUF)
                .withName("tiny")
                .withPlacement(ModelPlacement.OLLAMA);

        Path blob = ModelMaker.write(spec, folder).getFirst();

        Map<String, Object> manifest =
                SmallJson.object(Files.readString(folder.resolve("manifests/registry.ollama.ai/library/tiny/latest")));
        Map<String, Object> layer = map(((List<?>) manifest.get("layers")).getFirst());
        assertThat(layer).containsEntry("mediaType", "application/vnd.ollama.image.model");
        assertThat(layer).containsEntry("size", Files.size(blob));
        assertThat(layer.get("digest").toString().replace(':', '-'))
                .isEqualTo(blob.getFileName().toString());
        assertThat(blob.getParent()).isEqualTo(folder.resolve("blobs"));
    }

    @Test
    void sparseModelsTakeNoSpace() throws IOException {
        Path shard = ModelMaker.write(ModelSpec.of(Preset.LLAMA, 64 * MIB).withContent(Content.SPARSE), folder)
                .getFirst();

        assertThat(Files.size(shard)).isGreaterThan(62 * MIB);
        assertThat(allocatedBytes(shard)).isLessThan(MIB);
        assertThat(safetensorsHead(shard)).isNotEmpty();
    }

    @Test
    void coldAndBufferedWritesGiveTheSameBytes() throws IOException {
        ModelSpec spec = ModelSpec.of(Preset.QWEN, 20 * MIB);

        Path buffered = ModelMaker.write(spec, folder.resolve("a")).getFirst();
        Path cold = ModelMaker.write(spec.withContent(Content.COLD), folder.resolve("b"))
                .getFirst();
        Path other = ModelMaker.write(spec.withSeed(2), folder.resolve("c")).getFirst();

        assertThat(Files.mismatch(buffered, cold)).isEqualTo(-1);
        assertThat(Files.mismatch(buffered, other)).isNotEqualTo(-1);
    }

    @Test
    void noTwoPagesAreEqual() throws IOException {
        Path shard =
                ModelMaker.write(ModelSpec.of(Preset.LLAMA, 20 * MIB), folder).getFirst();

        byte[] bytes = Files.readAllBytes(shard);
        Set<ByteBuffer> pages = new HashSet<>();
        for (int at = 0; at + 4096 <= bytes.length; at += 4096) {
            assertThat(pages.add(ByteBuffer.wrap(bytes, at, 4096).slice())).isTrue();
        }
    }

    @Test
    void moreShardsThanTensorsIsRefused() {
        assertThatThrownBy(
                        () -> ModelMaker.write(ModelSpec.of(Preset.LLAMA, MIB).withShards(5000), folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5000 shards");
    }

    @Test
    void unknownOptionsAndBareSizesAreRefused() {
        assertThatThrownBy(() -> ModelMakerArguments.parse(new String[] {"d", "--size", "4096"}))
                .hasMessageContaining("is not a size");
        assertThatThrownBy(() -> ModelMakerArguments.parse(new String[] {"d", "--colour", "red"}))
                .hasMessageContaining("--colour");
        assertThatThrownBy(() -> ModelMakerArguments.parse(new String[] {"--sync"}))
                .hasMessageContaining("no folder");
        ModelMakerArguments good = ModelMakerArguments.parse(
                new String[] {"d", "--preset", "qwen", "--placement", "hugging-face", "--size", "3MiB"});
        assertThat(good.spec())
                .isEqualTo(ModelSpec.of(Preset.QWEN, 3 * MIB)
                        .withPlacement(ModelPlacement.HUGGING_FACE)
                        .withName("qwen2-sample"));
    }

    private static long allocatedBytes(Path file) throws IOException {
        Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        return Long.parseLong(stat.inputReader().readLine()) * 512;
    }

    private static long headBytes(Path shard) throws IOException {
        try (FileChannel channel = FileChannel.open(shard)) {
            ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(length, 0);
            return 8 + length.getLong(0);
        }
    }

    private static Map<String, Object> safetensorsHead(Path shard) throws IOException {
        assertThat(headBytes(shard) % 8).isZero();
        ByteBuffer json = ByteBuffer.allocate((int) headBytes(shard) - 8);
        try (FileChannel channel = FileChannel.open(shard)) {
            channel.read(json, 8);
        }
        return new LinkedHashMap<>(SmallJson.object(new String(json.array(), StandardCharsets.UTF_8)));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
