package dev.nowake.agent.identify;

import static dev.nowake.agent.identify.ModelTree.FILES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.model.Format;
import dev.nowake.model.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubAndOllamaTest {
    private static final String OLD = "aaaaaaaaaaaaaaaa";
    private static final String NEW = "bbbbbbbbbbbbbbbb";

    @TempDir
    Path folder;

    private Path repository;

    @BeforeEach
    void makeRepository() {
        repository = folder.resolve("hub/models--org--name");
    }

    private List<FoundModel> find(Path... paths) throws IOException {
        return new ModelFinder(FILES, ReadMode.NORMAL).find(List.of(paths)).models();
    }

    private static List<String> modelNames(List<FoundModel> models) {
        return models.stream().map(found -> found.model().name()).toList();
    }

    private void twoShards(String revision, String firstBlob, String secondBlob) throws IOException {
        ModelTree.hubFile(
                repository, revision, "model-00001-of-00002.safetensors", firstBlob, ModelTree.safetensors(firstBlob));
        ModelTree.hubFile(
                repository,
                revision,
                "model-00002-of-00002.safetensors",
                secondBlob,
                ModelTree.safetensors(secondBlob));
        ModelTree.hubFile(
                repository,
                revision,
                "model.safetensors.index.json",
                "index" + revision,
                ModelTree.index(Map.of(
                                "a", "model-00001-of-00002.safetensors", "b", "model-00002-of-00002.safetensors"))
                        .getBytes());
    }

    @Test
    void aRepositoryIsOneModelWhoseShardsAreBlobs() throws IOException {
        twoShards(OLD, "ff00", "0011");
        ModelTree.write(repository.resolve("refs/main"), OLD);

        for (Path given : List.of(folder, repository, repository.resolve("snapshots/" + OLD))) {
            List<FoundModel> models = find(given);
            assertThat(modelNames(models)).as(given.toString()).containsExactly("org/name");
            List<Shard> shards = models.getFirst().model().shards();
            assertThat(shards)
                    .extracting(Shard::id)
                    .containsExactly(
                            ModelTree.id(repository.resolve("blobs/ff00")),
                            ModelTree.id(repository.resolve("blobs/0011")));
            assertThat(models.getFirst().files().getFirst().path())
                    .isEqualTo(repository.resolve("snapshots/" + OLD + "/model-00001-of-00002.safetensors"));
        }
    }

    @Test
    void oneLinkOfASnapshotIsThatShardAlone() throws IOException {
        twoShards(OLD, "ff00", "0011");
        List<FoundModel> models = find(repository.resolve("snapshots/" + OLD + "/model-00002-of-00002.safetensors"));
        assertThat(modelNames(models)).containsExactly("org/name");
        assertThat(models.getFirst().files())
                .extracting(FoundFile::id)
                .containsExactly(ModelTree.id(repository.resolve("blobs/0011")));
    }

    @Test
    void aSharedBlobBelongsToTheReferredSnapshot() throws IOException {
        twoShards(OLD, "ff00", "0011");
        twoShards(NEW, "ff00", "0022");
        ModelTree.write(repository.resolve("refs/main"), OLD + "\n");

        List<FoundModel> models = find(folder);

        assertThat(modelNames(models)).containsExactlyInAnyOrder("org/name@aaaaaaaa", "org/name@bbbbbbbb");
        FoundModel old = models.stream()
                .filter(m -> m.model().name().endsWith("aaaaaaaa"))
                .findFirst()
                .orElseThrow();
        FoundModel young = models.stream()
                .filter(m -> m.model().name().endsWith("bbbbbbbb"))
                .findFirst()
                .orElseThrow();
        assertThat(old.files()).hasSize(2);
        assertThat(young.model().shards()).hasSize(2);
        assertThat(young.files()).extracting(file -> file.shard().index()).containsExactly(1);
    }

    @Test
    void withoutReferenceTheNewestSnapshotWins() throws IOException {
        twoShards(OLD, "ff00", "0011");
        twoShards(NEW, "ff00", "0011");
        Files.setLastModifiedTime(repository.resolve("snapshots/" + OLD), FileTime.fromMillis(1_000_000));
        Files.setLastModifiedTime(repository.resolve("snapshots/" + NEW), FileTime.fromMillis(2_000_000));
        List<FoundModel> models = find(folder);
        assertThat(modelNames(models)).containsExactly("org/name");
        assertThat(models.getFirst().files().getFirst().path().toString()).contains(NEW);
    }

    @Test
    void partsOfARepositoryHaveNamesOfTheirOwn() throws IOException {
        ModelTree.hubFile(
                repository, OLD, "unet/diffusion_pytorch_model.safetensors", "01", ModelTree.safetensors("u"));
        ModelTree.hubFile(repository, OLD, "vae/diffusion_pytorch_model.safetensors", "02", ModelTree.safetensors("v"));
        ModelTree.hubFile(repository, OLD, "tiny-Q4_K_M.gguf", "03", ModelTree.gguf(3));
        assertThat(modelNames(find(folder)))
                .containsExactlyInAnyOrder("org/name/unet", "org/name/vae", "org/name/tiny-Q4_K_M");
    }

    @Test
    void datasetsAreNoModels() throws IOException {
        ModelTree.write(folder.resolve("hub/datasets--org--set/snapshots/" + OLD + "/data.parquet"), new byte[1 << 20]);
        assertThat(find(folder)).isEmpty();
    }

    @Test
    void anOllamaTagIsItsBlob() throws IOException {
        Path store = folder.resolve("models");
        Path blob = ModelTree.ollama(store, "registry.ollama.ai/library/llama3.2", "1b", 7);
        ModelTree.write(store.resolve("blobs/sha256-11"), "license");
        List<FoundModel> models = find(folder);
        assertThat(modelNames(models)).containsExactly("llama3.2:1b");
        assertThat(models.getFirst().model().format()).isEqualTo(Format.GGUF);
        assertThat(models.getFirst().files()).singleElement().satisfies(file -> {
            assertThat(file.path()).isEqualTo(blob);
            assertThat(file.id()).isEqualTo(ModelTree.id(blob));
        });
    }

    @Test
    void otherRegistriesAndHostileDigests() throws IOException {
        Path store = folder.resolve("models");
        ModelTree.ollama(store, "hf.co/org/name-GGUF", "Q4_K_M", 9);
        ModelTree.write(
                store.resolve("manifests/registry.ollama.ai/library/evil/latest"),
                "{\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.model\","
                        + "\"digest\":\"sha256:../../../etc/shadow\"}]}");
        ModelFinder.Found found = new ModelFinder(FILES, ReadMode.NORMAL).find(List.of(folder));
        assertThat(modelNames(found.models())).containsExactly("hf.co/org/name-GGUF:Q4_K_M");
        assertThat(found.problems()).singleElement().asString().contains("etc/shadow", "evil/latest");
    }

    @Test
    void aBlobWithoutManifestIsStillSeen() throws IOException {
        Path store = folder.resolve("models");
        ModelTree.ollama(store, "registry.ollama.ai/library/a", "1", 1);
        ModelTree.write(store.resolve("blobs/sha256-abcdef"), ModelTree.gguf(5));
        assertThat(modelNames(find(folder))).containsExactlyInAnyOrder("a:1", "sha256-abcdef");
    }
}
