package dev.nowake.agent.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.PathBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PathLabelTest {
    @Test
    void textStaysText() {
        assertThat(PathLabel.of(Path.of("/models/a\\b\nc"))).isEqualTo(new PathLabel("/models/a\\b\nc", null));
        byte[] utf8 = "/modèles/模型".getBytes(StandardCharsets.UTF_8);
        assertThat(PathLabel.of(PathBytes.path(utf8))).isEqualTo(new PathLabel("/modèles/模型", null));
    }

    @Test
    void oddBytesAreShownAndKept() {
        PathLabel label = PathLabel.of(PathBytes.path(new byte[] {'/', 'a', (byte) 0xc3, '(', (byte) 0x80}));
        assertThat(label.text()).isEqualTo("/a\\xc3(\\x80");
        assertThat(label.base64()).isEqualTo("L2HDKIA=");
    }

    @Property(tries = 500)
    void theBytesCanAlwaysBeHadBack(@ForAll @Size(min = 1, max = 12) @ByteRange(min = -128, max = 127) byte[] name) {
        byte[] path = new byte[name.length + 1];
        path[0] = '/';
        for (int i = 0; i < name.length; i++) {
            path[i + 1] = name[i] == 0 || name[i] == '/' ? (byte) 'x' : name[i];
        }
        PathLabel label = PathLabel.of(PathBytes.path(path));
        byte[] back = label.base64() == null
                ? label.text().getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(label.base64());
        assertThat(back).isEqualTo(path);
    }
}
