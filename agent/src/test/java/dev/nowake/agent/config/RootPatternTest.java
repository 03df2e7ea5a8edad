package dev.nowake.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootPatternTest {
    @TempDir
    Path made;

    private Path home;

    @BeforeEach
    void homes() throws Exception {
        home = Files.createDirectory(made.toRealPath().resolve("home"));
        for (String folder : new String[] {"ada/.cache/hub", "bob/.cache/hub", "cy/.cache", ".hidden/.cache/hub"}) {
            Files.createDirectories(home.resolve(folder));
        }
        Files.writeString(home.resolve("file"), "");
    }

    @Test
    void everyFolderThereIsNow() throws Exception {
        assertThat(RootPattern.folders(home.resolve("*/.cache/hub")))
                .containsExactly(home.resolve("ada/.cache/hub"), home.resolve("bob/.cache/hub"));
        assertThat(RootPattern.folders(home.resolve("{bob,cy}/.c*")))
                .containsExactly(home.resolve("bob/.cache"), home.resolve("cy/.cache"));
        assertThat(RootPattern.folders(home.resolve("nobody/*"))).isEmpty();
        assertThat(RootPattern.folders(home.resolve("x*"))).isEmpty();
    }

    @Test
    void nobodysLinkIsFollowed() throws Exception {
        Files.createSymbolicLink(home.resolve("cy/.cache/hub"), Path.of("/"));
        Files.createSymbolicLink(home.resolve("dee"), home.resolve("ada"));
        assertThat(RootPattern.folders(home.resolve("*/.cache/hub")))
                .containsExactly(home.resolve("ada/.cache/hub"), home.resolve("bob/.cache/hub"));
        Path link = Files.createSymbolicLink(made.resolve("link"), home);
        assertThat(RootPattern.folders(link.resolve("*/.cache/hub")))
                .as("the operator's own")
                .hasSize(2);
    }

    @Test
    void aNameThatLooksLikeAPatternIsAName() throws Exception {
        Path odd = Files.createDirectory(home.resolve("a[1]"));
        assertThat(RootPattern.isOne(odd)).isFalse();
        assertThat(RootPattern.isOne(home.resolve("b[1]"))).isTrue();
        assertThat(RootPattern.isOne(home.resolve("ada"))).isFalse();
    }

    @Test
    void tooManyIsAMistake() throws Exception {
        for (int i = 0; i < 1_001; i++) {
            Files.createDirectory(home.resolve("u" + i));
        }
        assertThatThrownBy(() -> RootPattern.folders(home.resolve("u*")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("stands for more than 1000 folders");
    }

    @Test
    void whatIsNoPatternIsToldWithItsLine() throws Exception {
        Path file = made.resolve("nowake.yaml");
        Files.writeString(file, "roots:\n- path: /home/**/hub\n- path: /home/{a\n");
        assertThatThrownBy(() -> ConfigFile.load(null, file, KnownPolicies.BUILTIN))
                .hasMessage(file + ":2: a root's pattern stands for one name at a time: write * for each, and no **\n"
                        + file + ":3: the pattern '{a' has a '{' without '}'");
    }
}
