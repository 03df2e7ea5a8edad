package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResidencyMapTest {
    private static Tensor at(String name, long start) {
        return new Tensor(name, ByteRange.ofLength(start, 10));
    }

    @Test
    void tensorsAreNamedByLayerOrFirstWord() {
        assertThat(ResidencyMap.shortName("model.layers.12.mlp.up_proj.weight")).isEqualTo("12");
        assertThat(ResidencyMap.shortName("model.embed_tokens.weight")).isEqualTo("embed_tokens");
        assertThat(ResidencyMap.shortName("blk.3.attn_q.weight")).isEqualTo("3");
        assertThat(ResidencyMap.shortName("lm_head.weight")).isEqualTo("lm_head");
        assertThat(ResidencyMap.shortName("")).isEmpty();
        assertThat(ResidencyMap.shortName("...")).isEmpty();
        assertThat(ResidencyMap.shortName("a\u001b[2J")).isEqualTo("a\\x1b[2J");
    }

    @Test
    void namesStandWhereTheirTensorsBeginAndNeverOneInTheOther() {
        ResidencyMap map = new ResidencyMap(List.of(Path.of("/m/abcdefghijkl")), 12 + 3 + 40);

        assertThat(map.names(
                        List.of(
                                at("model.embed.weight", 0),
                                at("model.layers.0.a", 100),
                                at("model.layers.0.b", 150),
                                at("model.layers.1.a", 200),
                                at("model.norm.weight", 210),
                                at("lm_head.weight", 399)),
                        400))
                .isEqualTo("embed     0         1");
        assertThat(map.names(List.of(), 0)).isEmpty();
    }
}
