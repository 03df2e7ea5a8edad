package dev.nowake.agent.mirror.evict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known over restarts of when files were loaded. */
class LastLoadedTest {
    private static final Path TREE = Path.of("/disk/.m.nowake/tree");
    private static final Path A = TREE.resolve("a/1.safetensors");

    @TempDir
    Path folder;

    private double steady = 50;
    private double wall = 1_700_000_000;

    private Path file() {
        return folder.resolve("loaded.json");
    }

    private LastLoaded open() {
        return new LastLoaded(file(), TREE, () -> wall, () -> steady);
    }

    private void pass(double seconds) {
        steady += seconds;
        wall += seconds;
    }

    @Test
    void timesOutliveARestartOfDaemonAndHost() throws Exception {
        Path odd = PathBytes.path((TREE + "/m/\u00e9\n" + (char) 1 + ".gguf").getBytes(StandardCharsets.ISO_8859_1));
        LastLoaded first = open();
        assertThat(first.problem()).isNull();
        assertThat(first.unixSeconds().applyAsDouble(A)).isZero();
        first.loaded(A);
        pass(5);
        first.loaded(odd);
        first.loaded(Path.of("/elsewhere/x")); // none of the tree's
        first.save();
        steady = 3; // another boot
        wall += 1000;
        LastLoaded second = open();
        assertThat(second.problem()).isNull();
        assertThat(second.unixSeconds().applyAsDouble(A)).isCloseTo(1_700_000_000, within(0.01));
        assertThat(second.unixSeconds().applyAsDouble(odd)).isCloseTo(1_700_000_005, within(0.01));
        assertThat(second.unixSeconds().applyAsDouble(Path.of("/elsewhere/x"))).isZero();
        assertThat(Files.list(folder)).containsExactly(file());
    }

    @Test
    void itIsWrittenOnceAMinuteAtMostAndOnlyAfterAChange() throws Exception {
        LastLoaded loaded = open();
        loaded.saveIfDue();
        assertThat(file()).doesNotExist();
        loaded.loaded(A);
        loaded.saveIfDue();
        byte[] first = Files.readAllBytes(file());
        pass(30);
        loaded.loaded(A);
        loaded.saveIfDue();
        assertThat(file()).hasBinaryContent(first);
        pass(30);
        loaded.saveIfDue();
        assertThat(Files.readAllBytes(file())).isNotEqualTo(first);
        Files.delete(file());
        pass(100);
        loaded.saveIfDue();
        assertThat(file()).doesNotExist();
    }

    @Test
    void aClockThatIsSetDoesNotChangeTheOrder() {
        LastLoaded loaded = open();
        Path b = TREE.resolve("b");
        loaded.loaded(A);
        pass(10);
        wall -= 3600 * 24 * 365; // set back
        loaded.loaded(b);
        assertThat(loaded.unixSeconds().applyAsDouble(b) - loaded.unixSeconds().applyAsDouble(A))
                .isCloseTo(10, within(0.01));
        assertThat(loaded.unixSeconds().applyAsDouble(b)).isCloseTo(wall, within(0.01));
    }

    @Test
    void filesThatAreGoneAreForgotten() throws Exception {
        LastLoaded loaded = open();
        loaded.loaded(A);
        loaded.loaded(TREE.resolve("b"));
        loaded.retain(List.of(A));
        loaded.save();
        assertThat(Files.readString(file()).split("pathBase64")).hasSize(2);
    }

    @Test
    void aFullDiskLeavesTheFormerFileAndIsTriedAgainInAMinute() throws Exception {
        LastLoaded loaded = open();
        loaded.loaded(A);
        loaded.save();
        byte[] before = Files.readAllBytes(file());
        Path fresh = folder.resolve("loaded.json.new");
        Files.createDirectory(fresh); // nothing can be written there
        pass(100);
        loaded.loaded(A);
        assertThatThrownBy(loaded::saveIfDue).isInstanceOf(IOException.class);
        assertThat(file()).hasBinaryContent(before);
        loaded.saveIfDue(); // not yet
        Files.delete(fresh);
        pass(60);
        loaded.saveIfDue();
        assertThat(Files.readAllBytes(file())).isNotEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"loaded\":7}",
                "{\"loaded\":[{}]}",
                "{\"loaded\":[{\"unix\":1,\"pathBase64\":\"%\"}]}",
                "{\"loaded\":[{\"unix\":\"NaN\",\"pathBase64\":\"YQ==\"}]}"
            })
    void whatIsBrokenIsToldAndBegunAnew(String text) throws Exception {
        Files.writeString(file(), text);
        LastLoaded loaded = open();
        assertThat(loaded.problem())
                .startsWith("when models were last loaded is not known, " + file() + " cannot be read (")
                .doesNotContain("\n");
        loaded.loaded(A);
        loaded.save();
        assertThat(open().problem()).isNull();
        assertThat(open().unixSeconds().applyAsDouble(A)).isPositive();
    }

    @Test
    void aFolderInItsPlaceIsToldToo() throws Exception {
        Files.createDirectory(file());
        assertThat(open().problem()).contains("it is not what nowake writes");
    }
}
