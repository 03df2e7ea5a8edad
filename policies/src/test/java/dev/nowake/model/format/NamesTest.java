package dev.nowake.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.model.Format;
import dev.nowake.model.HostileModelException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @CsvSource({
        "model-00002-of-00010.safetensors,model,1,10,.safetensors",
        "llama-3-70b-Q4_K_M-00003-of-00003.gguf,llama-3-70b-Q4_K_M,2,3,.gguf",
        "pytorch_model-00001-of-00002.bin,pytorch_model,0,2,.bin",
        "model.fp16-00001-of-00002.safetensors,model.fp16,0,2,.safetensors",
        "model-00001-of-00002.fp16.safetensors,model,0,2,.fp16.safetensors",
        "consolidated.07.pth,consolidated,7,0,.pth",
        "00001-of-00002.safetensors,'',0,2,.safetensors",
    })
    void shards(String name, String stem, int number, int count, String extension) {
        assertThat(ShardName.parse(name)).contains(new ShardName(stem, number, count, extension));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.safetensors",
                "model-00011-of-00010.safetensors",
                "model-00001-of-00000.safetensors",
                "a-of-b.gguf",
                "model-00001-of-00002",
                "",
                "1-of-99999999999999999999.gguf"
            })
    void notShards(String name) {
        assertThat(ShardName.parse(name)).isEmpty();
    }

    @Property
    void anyNameIsFine(@ForAll String name) {
        ShardName.parse(name).ifPresent(shard -> assertThat(name).endsWith(shard.extension()));
        assertThat(Quoted.of(name)).doesNotContain("\n").hasSizeLessThan(500);
    }

    @Test
    void anIndexGivesItsFilesSortedAndOnce() throws Exception {
        String json = "{\"weight_map\":{\"layers.10\":\"b.safetensors\",\"layers.2\":\"a.safetensors\","
                + "\"x\":\"b.safetensors\"},\"metadata\":{\"total_size\":5,\"y\":[1,{}]}}";
        SafetensorsIndex index = SafetensorsIndex.read(MemorySource.of(json.getBytes()));
        assertThat(index.shards()).containsExactly("a.safetensors", "b.safetensors");
        assertThat(index.refused()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../../etc/shadow", "/etc/shadow", "sub/x.safetensors", "..", ".", "", "a\\\\b", "a\\u0000b"})
    void anIndexCannotLeadElsewhere(String name) throws Exception {
        String json = "{\"weight_map\":{\"a\":\"" + name + "\",\"b\":\"good.safetensors\"}}";
        SafetensorsIndex index = SafetensorsIndex.read(MemorySource.of(json.getBytes()));
        assertThat(index.shards()).containsExactly("good.safetensors");
        assertThat(index.refused())
                .singleElement()
                .satisfies(refused -> assertThat(refused).hasMessageContaining("not a file of its own folder"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "",
                "{\"weight_map\":{}}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{\"a\":5}}",
                "{\"weight_map\":{\"a\":\"b\"}",
                "nonsense"
            })
    void brokenIndexes(String json) {
        assertThatThrownBy(() -> SafetensorsIndex.read(MemorySource.of(json.getBytes())))
                .isInstanceOf(HostileModelException.class);
    }

    @Test
    void anEndlessIndexIsRefusedUnread() {
        MemorySource source = MemorySource.sparse(new byte[0], 200_000_000);
        assertThatThrownBy(() -> SafetensorsIndex.read(source)).isInstanceOf(HostileModelException.class);
        assertThat(source.bytesRead()).isZero();
    }

    @Test
    void anIndexKnowsItsStem() {
        assertThat(SafetensorsIndex.stemOf("model.safetensors.index.json")).isEqualTo("model");
        assertThat(SafetensorsIndex.stemOf("pytorch_model.bin.index.json")).isEqualTo("pytorch_model");
        assertThat(SafetensorsIndex.stemOf("model.index.json")).isNull();
    }

    @Test
    void manifests() throws Exception {
        String json =
                "{\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.projector\",\"digest\":\"sha256:bb\"},"
                        + "{\"digest\":\"sha256:aa\",\"x\":{\"y\":[]},\"mediaType\":\"application/vnd.ollama.image.model\"}]}";
        assertThat(OllamaManifest.read(MemorySource.of(json.getBytes())).blobs())
                .containsExactly("sha256-aa", "sha256-bb");
        for (String bad : new String[] {
            "{\"layers\":[5]}",
            "{\"layers\":[",
            "[]",
            "{\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.model\"}]}",
            "{\"layers\":[{\"mediaType\":\"application/vnd.ollama.image.model\",\"digest\":\"sha256:../x\"}]}"
        }) {
            assertThatThrownBy(() -> OllamaManifest.read(MemorySource.of(bad.getBytes())))
                    .as(bad)
                    .isInstanceOf(HostileModelException.class);
        }
    }

    @Test
    void contentCountsMoreThanTheName() throws Exception {
        byte[] gguf = GgufReaderTest.whole(java.nio.ByteOrder.LITTLE_ENDIAN, 3);
        assertThat(FormatDetector.read(MemorySource.of(gguf), "m.safetensors").format())
                .isEqualTo(Format.GGUF);
        assertThat(FormatDetector.read(MemorySource.of(new byte[50]), "m.bin").format())
                .isEqualTo(Format.UNKNOWN);
        assertThat(FormatDetector.byName("M.GGUF")).contains(Format.GGUF);
        assertThat(FormatDetector.layoutByName("readme.md")).isEmpty();
        assertThatThrownBy(() -> FormatDetector.read(MemorySource.of(new byte[50]), "m.gguf"))
                .isInstanceOf(HostileModelException.class);
    }
}
