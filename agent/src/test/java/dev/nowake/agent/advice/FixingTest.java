package dev.nowake.agent.advice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is set, on a tree of our making. */
class FixingTest {
    @TempDir
    Path root;

    private MountTree tree;

    @BeforeEach
    void make() throws IOException {
        tree = new MountTree(root)
                .mount("/a", "nfs4", "h:/x", "rw")
                .mount("/b", "fuse.x", "x", "rw")
                .mount("/c", "cifs", "//h/x", "rw")
                .readAhead("0:50", 128)
                .readAhead("0:51", 15360)
                .connection(51, 12, 60);
    }

    private String text(String name) throws IOException {
        return Files.readString(root.resolve(name)).strip();
    }

    private List<Change> apply(Fix fix) {
        return Fixing.plan(fix, tree.looks()).stream().map(Fixing::apply).toList();
    }

    @Test
    void planningChangesNothing() throws IOException {
        assertThat(Fixing.plan(Fix.READ_AHEAD, tree.looks()))
                .extracting(Change::after)
                .containsExactly(8192L, 15360L, -1L);
        assertThat(text("sys/class/bdi/0:50/read_ahead_kb")).isEqualTo("128");
    }

    @Test
    void raisesWhatIsTooLowOnceAndLeavesTheRest() throws IOException {
        List<Change> changes = apply(Fix.READ_AHEAD);
        assertThat(changes).extracting(Change::isChanged).containsExactly(true, false, false);
        assertThat(text("sys/class/bdi/0:50/read_ahead_kb")).isEqualTo("8192");
        assertThat(text("sys/class/bdi/0:51/read_ahead_kb")).isEqualTo("15360");
        assertThat(changes.getLast().problem()).contains("which backing device");
        assertThat(apply(Fix.READ_AHEAD)).noneMatch(Change::isChanged);
        assertThat(tree.findings()).extracting(Finding::id).doesNotContain(FindingId.READ_AHEAD);
    }

    @Test
    void aConnectionHasTwoLimits() throws IOException {
        List<Change> changes = apply(Fix.MAX_BACKGROUND);
        assertThat(changes).extracting(Change::mount).containsOnly(Path.of("/b"));
        assertThat(changes).extracting(Change::isChanged).containsExactly(true, false);
        assertThat(text("sys/fs/fuse/connections/51/max_background")).isEqualTo("64");
        assertThat(text("sys/fs/fuse/connections/51/congestion_threshold")).isEqualTo("60");
        assertThat(apply(Fix.MAX_BACKGROUND)).noneMatch(Change::isChanged);
    }

    @Test
    void whatCannotBeDoneIsSaid() throws IOException {
        Change gone = new Change(Path.of("/a"), "x", root.resolve("nowhere/x"), 1, 2, null);
        assertThat(Fixing.apply(gone).problem()).startsWith("cannot be written");
        Change odd = new Change(Path.of("/a"), "full", Path.of("/dev/full"), 1, 2, null);
        assertThat(Fixing.apply(odd).problem()).isNotBlank();
        Change other = new Change(Path.of("/a"), "zero", Path.of("/dev/zero"), 1, 2, null);
        assertThat(Fixing.apply(other).problem()).contains("cannot be read again");
        assertThat(Fixing.apply(other).isChanged()).isFalse();
    }

    @Test
    void howItLasts() {
        List<String> lines = Lasting.of(Fix.READ_AHEAD, tree.looks());
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains("[nfsrahead]", "ATTR{read_ahead_kb}=\"8192\"");
        assertThat(lines.get(1)).contains("--fix read-ahead");
        assertThat(lines.get(2)).contains("rasize=8388608");
        assertThat(Lasting.of(Fix.MAX_BACKGROUND, tree.looks()))
                .singleElement()
                .asString()
                .contains("max_background=64");
        assertThat(Lasting.of(Fix.READ_AHEAD, List.of())).isEmpty();
    }
}
