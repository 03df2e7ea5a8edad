package dev.nowake.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;

class PathBytesTest {
    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Every name: bytes without NUL and slash. */
    @Property
    void anyAbsolutePathComesBack(@ForAll @NotEmpty byte[] name) {
        byte[] path = absolute(name);
        assertThat(PathBytes.of(PathBytes.path(path))).isEqualTo(path);
    }

    @Property
    void anyNameResolvesInItsFolder(@ForAll @NotEmpty byte[] name) {
        byte[] whole = absolute(name);
        byte[] last = Arrays.copyOfRange(whole, "/folder/".length(), whole.length);
        Path resolved = Path.of("/folder").resolve(PathBytes.path(last));
        assertThat(PathBytes.of(resolved)).isEqualTo(whole);
    }

    private static byte[] absolute(byte[] name) {
        byte[] prefix = latin1("/folder/");
        byte[] path = Arrays.copyOf(prefix, prefix.length + name.length);
        for (int i = 0; i < name.length; i++) {
            boolean allowed = name[i] != 0 && name[i] != '/';
            path[prefix.length + i] = allowed ? name[i] : (byte) 0xff;
        }
        return path;
    }

    @Test
    void textStaysText() {
        for (String text : new String[] {"/", "/models/a b.bin", "relative/x", "/100%/\n?#", "/m\u00f6del", ""}) {
            assertThat(PathBytes.of(Path.of(text))).asString().isEqualTo(text);
            assertThat(PathBytes.path(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(Path.of(text));
        }
    }

    @Test
    void aFolderWithoutATextNameEndsWithoutASlash() {
        byte[] bytes = latin1("/proc/\u00ff\u00fe");
        Path path = PathBytes.path(bytes);
        assertThat(path.getFileName().toString()).contains("\ufffd");
        assertThat(PathBytes.of(path)).isEqualTo(bytes);
        assertThat(PathBytes.of(path.getParent())).isEqualTo(latin1("/proc"));
    }

    @Property
    void aRelativePathStaysRelative(@ForAll @NotEmpty byte[] name) {
        byte[] whole = absolute(name);
        byte[] last = Arrays.copyOfRange(whole, "/folder/".length(), whole.length);
        Path path = PathBytes.path(whole).getFileName();
        assertThat(path.isAbsolute()).isFalse();
        assertThat(PathBytes.of(path)).isEqualTo(last);
        assertThat(PathBytes.of(PathBytes.path(last))).isEqualTo(last);
    }
}
