package dev.nowake.agent.identify;

import static dev.nowake.agent.identify.ModelTree.FILES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.PathBytes;
import dev.nowake.model.Format;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFinderTest {
    @TempDir
    Path folder;

    private final ModelFinder finder = new ModelFinder(FILES, ReadMode.NORMAL);

    private List<FoundModel> find(Path... paths) throws IOException {
        return finder.find(List.of(paths)).models();
    }

    private static List<String> names(FoundModel model) {
        return model.files().stream().map(file -> PathText.nameOf(file.path())).toList();
    }

    private static List<String> modelNames(List<FoundModel> models) {
        return models.stream().map(found -> found.model().name()).toList();
    }

    @Test
    void aShardedModelIsOneModelInTheOrderOfItsShards() throws IOException {
        Path llama = folder.resolve("llama");
        ModelTree.sharded(llama, 11);
        ModelTree.write(llama.resolve("config.json"), "{}");

        List<FoundModel> models = find(folder);

        assertThat(modelNames(models)).containsExactly("llama");
        FoundModel model = models.getFirst();
        assertThat(model.model().format()).isEqualTo(Format.SAFETENSORS);
        assertThat(names(model)).hasSize(11).isSorted().startsWith("model-00001-of-00011.safetensors");
        assertThat(model.model().shards())
                .extracting(shard -> shard.index())
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(model.model().shards().get(3).id())
                .isEqualTo(ModelTree.id(llama.resolve("model-00004-of-00011.safetensors")));
    }

    @Test
    void shardsWithoutAnIndexGoByTheirNumbers() throws IOException {
        for (int i = 1; i <= 3; i++) {
            ModelTree.write(folder.resolve("big-0000" + i + "-of-00003.gguf"), ModelTree.gguf(i));
            ModelTree.write(folder.resolve("other-0000" + i + "-of-00003.gguf"), ModelTree.gguf(i));
        }
        List<FoundModel> models = find(folder);
        assertThat(modelNames(models)).containsExactly("big", "other");
        assertThat(models.getFirst().files()).hasSize(3);
        assertThat(models.getFirst().model().format()).isEqualTo(Format.GGUF);
    }

    @Test
    void anIndexThatLeadsOutsideIsRefusedAndTheRestStillWorks() throws IOException {
        Path model = folder.resolve("m");
        ModelTree.write(model.resolve("model-00001-of-00002.safetensors"), ModelTree.safetensors("a"));
        ModelTree.write(folder.resolve("secret.safetensors"), ModelTree.safetensors("b"));
        ModelTree.write(
                model.resolve("model.safetensors.index.json"),
                ModelTree.index(Map.of("a", "model-00001-of-00002.safetensors", "b", "../secret.safetensors")));

        ModelFinder.Found found = finder.find(List.of(model));

        assertThat(found.models()).hasSize(1);
        assertThat(names(found.models().getFirst())).containsExactly("model-00001-of-00002.safetensors");
        assertThat(found.problems()).singleElement().asString().contains("../secret.safetensors");
    }

    @Test
    void aBrokenIndexIsAProblemAndNamesDecide() throws IOException {
        ModelTree.sharded(folder.resolve("m"), 2);
        ModelTree.write(folder.resolve("m/model.safetensors.index.json"), "{\"weight_map\": {\"a\"");
        ModelFinder.Found found = finder.find(List.of(folder));
        assertThat(found.models().getFirst().files()).hasSize(2);
        assertThat(found.problems()).singleElement().asString().contains("index.json", "broken JSON");
    }

    @Test
    void aFileGivenIsTakenWhateverItIs() throws IOException {
        Path text = ModelTree.write(folder.resolve("notes.txt"), "hello");
        List<FoundModel> models = find(text);
        assertThat(models).singleElement().satisfies(found -> {
            assertThat(found.model().format()).isEqualTo(Format.UNKNOWN);
            assertThat(found.files().getFirst().path()).isEqualTo(text);
            assertThat(found.files().getFirst().sizeBytes()).isEqualTo(5);
        });
        assertThat(find(folder)).isEmpty();
    }

    @Test
    void severalFilesGivenOfOneModelAreOneModel() throws IOException {
        ModelTree.sharded(folder, 3);
        List<FoundModel> models = find(
                folder.resolve("model-00003-of-00003.safetensors"), folder.resolve("model-00001-of-00003.safetensors"));
        assertThat(models).hasSize(1);
        assertThat(names(models.getFirst()))
                .containsExactly("model-00001-of-00003.safetensors", "model-00003-of-00003.safetensors");
    }

    @Test
    void missingAndOddPathsAreErrors() throws IOException {
        assertThatThrownBy(() -> find(folder.resolve("nothing"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> find(Path.of("/dev/null")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/dev/null")
                .isNotInstanceOf(NoSuchFileException.class);
    }

    @Test
    void linksAreFollowedAndLoopsSurvived() throws IOException {
        Path real = folder.resolve("real");
        ModelTree.sharded(real, 2);
        Files.createSymbolicLink(real.resolve("again"), folder);
        Files.createSymbolicLink(folder.resolve("alias"), real);
        Files.createSymbolicLink(
                folder.resolve("a-link.safetensors"), Path.of("real/model-00001-of-00002.safetensors"));
        Files.createSymbolicLink(folder.resolve("dangling.gguf"), Path.of("nowhere"));
        Files.createSymbolicLink(folder.resolve("self.gguf"), Path.of("self.gguf"));

        List<FoundModel> models = find(folder);

        // The link comes first on the way, so its target goes by its name.
        List<Path> paths = models.stream()
                .flatMap(found -> found.files().stream())
                .map(FoundFile::path)
                .toList();
        assertThat(paths)
                .containsExactlyInAnyOrder(
                        folder.resolve("a-link.safetensors"), real.resolve("model-00002-of-00002.safetensors"));
    }

    @Test
    void aHardLinkIsTakenOnce() throws IOException {
        Path first = ModelTree.write(folder.resolve("a.gguf"), ModelTree.gguf(1));
        Files.createLink(folder.resolve("b.gguf"), first);
        assertThat(find(folder))
                .singleElement()
                .satisfies(found -> assertThat(names(found)).containsExactly("a.gguf"));
    }

    @Test
    void contentTellsWhatANameDoesNot() throws IOException {
        byte[] large = new byte[1 << 20];
        System.arraycopy(ModelTree.gguf(1), 0, large, 0, 28);
        ModelTree.write(folder.resolve("weights"), large);
        ModelTree.write(folder.resolve("noise"), new byte[1 << 20]);
        ModelTree.write(folder.resolve("wrong.bin"), ModelTree.gguf(2));
        List<FoundModel> models = find(folder);
        assertThat(models).extracting(found -> found.model().format()).containsOnly(Format.GGUF);
        assertThat(modelNames(models)).containsExactly("weights", "wrong");
    }

    @Test
    void aLargeFileOfNoKnownKindIsTaken() throws IOException {
        Path large = folder.resolve("blob");
        try (var file = new java.io.RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(64L << 20);
        }
        try (var file =
                new java.io.RandomAccessFile(folder.resolve("half.incomplete").toFile(), "rw")) {
            file.setLength(64L << 20);
        }
        assertThat(find(folder)).singleElement().satisfies(found -> {
            assertThat(found.model().format()).isEqualTo(Format.UNKNOWN);
            assertThat(found.files().getFirst().path()).isEqualTo(large);
        });
    }

    @Test
    void namesOfAnyBytesWork() throws IOException {
        byte[] name = (folder + "/br").getBytes(StandardCharsets.UTF_8);
        byte[] odd = Arrays.copyOf(name, name.length + 9);
        System.arraycopy(
                new byte[] {(byte) 0xff, '\n', (byte) 0xc3, 'x', '.', 'g', 'g', 'u', 'f'}, 0, odd, name.length, 9);
        Path path = PathBytes.path(odd);
        Files.write(path, ModelTree.gguf(1));
        Files.write(PathBytes.path((folder + "/模型.gguf").getBytes(StandardCharsets.UTF_8)), ModelTree.gguf(2));

        List<FoundModel> models = find(folder);

        assertThat(modelNames(models)).containsExactlyInAnyOrder("br\\xff\n\\xc3x", "模型");
        for (FoundModel model : models) {
            assertThat(Files.size(model.files().getFirst().path())).isEqualTo(28);
        }
        assertThat(find(path).getFirst().files().getFirst().id()).isEqualTo(ModelTree.id(path));
    }

    @Test
    void modelsOfOneNameAreToldApart() throws IOException {
        ModelTree.write(folder.resolve("a/llama/model.safetensors"), ModelTree.safetensors("x"));
        ModelTree.write(folder.resolve("b/llama/model.safetensors"), ModelTree.safetensors("x"));
        ModelTree.write(folder.resolve("c/model.safetensors"), ModelTree.safetensors("x"));
        ModelTree.write(folder.resolve("c/pytorch_model.bin"), new byte[100]);
        assertThat(modelNames(find(folder)))
                .containsExactlyInAnyOrder("a/llama", "b/llama", "c", "c/pytorch_model.bin");
    }

    @Test
    void aFolderThatCannotBeReadIsAProblemAndTheRestIsFound() throws IOException {
        ModelTree.write(folder.resolve("a/model.safetensors"), ModelTree.safetensors("x"));
        ModelTree.write(folder.resolve("b/model.safetensors"), ModelTree.safetensors("x"));
        WatchedFiles files = new WatchedFiles();
        files.failing = folder.resolve("a");
        ModelFinder.Found found = new ModelFinder(files, ReadMode.NORMAL).find(List.of(folder));
        assertThat(modelNames(found.models())).containsExactly("b");
        assertThat(found.problems()).singleElement().asString().contains(folder.resolve("a") + ": statx: EIO");
    }
}
