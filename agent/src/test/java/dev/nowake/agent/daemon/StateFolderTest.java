package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {
    @TempDir
    Path folder;

    @Test
    void copiesAKilledDaemonLeftGoAndOwnOnesStay() throws IOException {
        Path left = Files.createFile(folder.resolve("nowake-plugin-1.jar"));
        Files.setLastModifiedTime(left, FileTime.fromMillis(1_000));
        Path own = Files.createFile(folder.resolve("nowake-plugin-2.jar"));
        Path other = Files.createFile(folder.resolve("plugin.jar"));
        Files.setLastModifiedTime(other, FileTime.fromMillis(1_000));
        new StateFolder(folder).close();
        assertThat(left).doesNotExist();
        assertThat(own).exists();
        assertThat(other).exists();
    }

    @Test
    void oneDaemonAtATime() throws IOException {
        try (StateFolder held = new StateFolder(folder)) {
            assertThat(held.journal().getParent()).isEqualTo(folder);
            assertThatThrownBy(() -> new StateFolder(folder)).isInstanceOf(Exception.class);
        }
        new StateFolder(folder).close();
    }
}
