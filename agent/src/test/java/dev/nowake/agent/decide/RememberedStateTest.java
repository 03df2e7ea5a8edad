package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.policy.Guard;
import dev.nowake.policy.PolicyFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class RememberedStateTest {
    @Provide
    Arbitrary<Map<String, Object>> states() {
        Arbitrary<Object> leaf = Arbitraries.oneOf(
                Arbitraries.strings().map(text -> text),
                Arbitraries.longs().map(number -> number),
                Arbitraries.doubles().map(number -> number),
                Arbitraries.of(true, false).map(flag -> flag));
        Arbitrary<Object> value = Arbitraries.lazyOf(
                () -> leaf,
                () -> leaf,
                () -> leaf.list().ofMaxSize(5).map(list -> list),
                () -> Arbitraries.maps(Arbitraries.strings().ofMaxLength(5), leaf)
                        .ofMaxSize(5)
                        .map(map -> map));
        return Arbitraries.maps(Arbitraries.strings().ofMaxLength(10), value).ofMaxSize(20);
    }

    @Property(tries = 200)
    void itIsWhatWasGiven(@ForAll("states") Map<String, Object> state) {
        assertThat(RememberedState.of(state)).isEqualTo(state);
    }

    @Property(tries = 50)
    void aStateIsTakenUpToItsSizeAsJson(@ForAll("filler") String filler) {
        List<String> texts = new ArrayList<>();
        Map<String, Object> state = Map.of("t", texts);
        while (true) {
            texts.add(filler);
            int size = JsonMapper.shared().writeValueAsBytes(state).length;
            if (size > Guard.MAX_STATE_BYTES + 200) {
                break;
            }
            if (size < Guard.MAX_STATE_BYTES - 200) {
                assertThat(RememberedState.of(state)).isEqualTo(state);
                texts.addAll(List.copyOf(texts.subList(0, Math.max(0, Math.min(texts.size(), texts.size() / 8)))));
            }
        }
        assertThatThrownBy(() -> RememberedState.of(state)).hasMessageContaining("64 KiB");
    }

    @Provide
    Arbitrary<String> filler() {
        return Arbitraries.of("plain text", "\"quoted\\", "zwölf Bären", "漢字", "😀😀", "x".repeat(50));
    }

    @Test
    void whatIsNoJsonIsRefused() {
        Map<String, Object> self = new HashMap<>();
        self.put("self", self);
        refused(self, "nested more than 32 deep");
        refused(Map.of("a", Double.NaN), "the number NaN");
        refused(Map.of("a", new Object()), "is none of null, true");
        refused(Map.of("a", Map.of(1, 2)), "a key that is no text");
        refused(Map.of("a", "x".repeat(1 << 20)), "64 KiB");
    }

    @Test
    void whatThePolicyKeepsAndChangesIsNotWhatIsRemembered() {
        List<Object> list = new ArrayList<>(List.of(1L));
        Map<String, Object> state = RememberedState.of(Map.of("list", list));
        list.add(2L);
        assertThat(state).isEqualTo(Map.of("list", List.of(1L)));
        assertThatThrownBy(() -> state.put("a", 1)).isInstanceOf(UnsupportedOperationException.class);
    }

    private static void refused(Map<String, Object> state, String why) {
        assertThatThrownBy(() -> RememberedState.of(state))
                .isInstanceOf(PolicyFailure.class)
                .hasMessageContaining(why);
    }
}
