package dev.nowake.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class NameTextTest {
    @Test
    void bytesThatAreNoTextAreWrittenOut() {
        assertThat(NameText.of(new byte[] {'a', (byte) 0xff, '/', (byte) 0xc3})).isEqualTo("a\\xff/\\xc3");
        assertThat(NameText.of("modèle-模型".getBytes(StandardCharsets.UTF_8))).isEqualTo("modèle-模型");
        assertThat(NameText.of(new byte[0])).isEmpty();
    }

    @Property
    void textComesBackAsItWasAndAnythingElseAsAscii(@ForAll byte[] bytes) {
        String text = NameText.of(bytes);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            assertThat(text).matches("(?s)\\p{ASCII}*\\\\x[89a-f][0-9a-f]\\p{ASCII}*");
        }
    }
}
