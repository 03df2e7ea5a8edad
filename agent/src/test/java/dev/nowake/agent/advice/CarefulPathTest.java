package dev.nowake.agent.advice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarefulPathTest {
    private static final MountInfo NONE = new MountInfo(java.util.List.of());

    @TempDir
    Path folder;

    private MountInfo mounts;

    /** As though {@code remote} were a mount of a server's; it is none, so that links in it can be made. */
    @BeforeEach
    void make() throws IOException {
        folder = folder.toRealPath();
        Files.createDirectories(folder.resolve("proc/self"));
        Files.writeString(
                folder.resolve("proc/self/mountinfo"),
                "1 0 8:1 / / rw - ext4 a rw\n2 1 0:50 / " + folder + "/remote rw - nfs4 h:/x rw\n");
        mounts = MountInfo.read(folder);
        Files.createDirectories(folder.resolve("remote/a"));
        Files.createDirectories(folder.resolve("local/a"));
    }

    @Test
    void linksOnLocalFilesystemsAreFollowed() throws IOException {
        Files.createSymbolicLink(folder.resolve("to-local"), Path.of("local"));
        Files.createSymbolicLink(folder.resolve("to-remote"), folder.resolve("remote/a"));
        Files.createSymbolicLink(folder.resolve("local/up"), Path.of("../to-remote"));
        assertThat(resolve("to-local/a")).isEqualTo(folder.resolve("local/a"));
        assertThat(resolve("local/./up/b/../c")).isEqualTo(folder.resolve("remote/a/c"));
        assertThat(resolve("nowhere/x")).isEqualTo(folder.resolve("nowhere/x"));
        assertThat(CarefulPath.resolve(Path.of("/.."), mounts)).isEqualTo(Path.of("/"));
        assertThat(CarefulPath.resolve(Path.of(""), mounts))
                .isEqualTo(Path.of("").toAbsolutePath().toRealPath());
    }

    @Test
    void linksOnOthersAreNotLookedAt() throws IOException {
        Files.createSymbolicLink(folder.resolve("remote/link"), folder.resolve("local"));
        assertThat(resolve("remote/link/a")).isEqualTo(folder.resolve("remote/link/a"));
        assertThat(CarefulPath.isLocal(folder.resolve("remote"), mounts)).isFalse();
        assertThat(CarefulPath.isLocal(folder.resolve("local"), mounts)).isTrue();
    }

    @Test
    void aCircleOfLinksEnds() throws IOException {
        Files.createSymbolicLink(folder.resolve("a"), Path.of("b"));
        Files.createSymbolicLink(folder.resolve("b"), Path.of("a/x"));
        assertThat(resolve("a").startsWith(folder)).isTrue();
    }

    @Property(tries = 200)
    void whateverIsWrittenTheResultIsPlain(@ForAll("names") String name) {
        Path resolved = CarefulPath.resolve(Path.of("/no such folder" + name), NONE);
        assertThat(resolved).isAbsolute().isEqualTo(resolved.normalize());
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of("/a", "/..", "/.", "//", "/b c", "/*", "/x")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    private Path resolve(String name) {
        return CarefulPath.resolve(folder.resolve(name), mounts);
    }
}
