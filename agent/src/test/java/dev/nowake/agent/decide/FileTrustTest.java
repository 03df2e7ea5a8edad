package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.trust.FileTrust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Code that others can change is not run. */
class FileTrustTest {
    @TempDir
    Path made;

    private Path folder;
    private Path file;

    @BeforeEach
    void aFileOfOurs() throws IOException {
        folder = mode(Files.createDirectory(made.resolve("policies")), "rwxr-xr-x");
        file = mode(Files.writeString(folder.resolve("mine.js"), "mine steps"), "rw-r--r--");
    }

    private static Path mode(Path path, String permissions) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static int owner(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid");
    }

    @ParameterizedTest
    @CsvSource({
        "rwxr-xr-x, rw-r--r--,",
        "rwx------, rw-------,",
        "rwxr-xr-x, rw-rw-r--, it can be written to by its group",
        "rwxr-xr-x, rw-r--rw-, it can be written to by everybody",
        "rwxrwxr-x, rw-r--r--, policies can be written to by its group",
        "rwxrwxrwx, rw-r--r--, policies can be written to by everybody",
    })
    void nobodyElseMayWrite(String ofFolder, String ofFile, String why) throws Exception {
        mode(folder, ofFolder);
        mode(file, ofFile);
        int own = owner(file);
        String distrust = new FileTrust(own).distrust(file);
        if (why == null || (own != 0 && why.endsWith("its group"))) {
            assertThat(distrust).isNull();
        } else {
            assertThat(distrust)
                    .startsWith(file + ": not loaded: ")
                    .contains(why)
                    .endsWith("chmod go-w it");
        }
    }

    @Test
    void itBelongsToRootOrToUs() throws Exception {
        int own = owner(file);
        if (own == 0) {
            assertThat(new FileTrust(7).distrust(file)).isNull();
            own = 12_345;
            Files.setAttribute(file, "unix:uid", own);
        }
        assertThat(new FileTrust(own).distrust(file)).isNull();
        assertThat(new FileTrust(own + 1).distrust(file))
                .contains(" belongs to user " + own + ", who could change what runs as user " + (own + 1));
    }

    @Test
    void whereALinkLeadsCountsToo() throws Exception {
        Path elsewhere = mode(Files.createDirectory(made.resolve("elsewhere")), "rwxr-xr-x");
        Path target = mode(Files.writeString(elsewhere.resolve("p.js"), "p steps"), "rw-r--r--");
        Path link = Files.createSymbolicLink(folder.resolve("p.js"), target);
        FileTrust trust = new FileTrust(owner(target));
        assertThat(trust.distrust(link)).isNull();
        mode(elsewhere, "rwxrwxrwx");
        assertThat(trust.distrust(link)).contains("elsewhere can be written to by everybody");
    }

    @Test
    void theRegistryRefusesItUntilItIsSafe() throws Exception {
        mode(file, "rw-rw-rw-");
        try (Stage stage = new Stage(made)) {
            stage.registry.watch();
            assertThat(stage.registry.problems())
                    .containsExactly(file
                            + ": not loaded: it can be written to by everybody, who could change what runs as user "
                            + owner(Path.of("/proc/self")) + ": chmod go-w it");
            assertThat(stage.plan("mine").policy()).isEqualTo("whole-file");
            mode(file, "rw-r--r--");
            stage.awaitState("mine", "ok");
            mode(folder, "rwxrwxrwx");
            await().atMost(Stage.SOON)
                    .untilAsserted(() -> assertThat(
                                    stage.status("mine").path("problem").asString(""))
                            .contains("policies can be written to by everybody"));
            assertThat(stage.plan("mine").policy()).as("the one loaded before").isEqualTo("mine");
        }
    }

    @Test
    void whatItImportsIsCodeToo() throws Exception {
        mode(Files.writeString(folder.resolve("lib.mjs"), "mine steps"), "rw-rw-rw-");
        Files.writeString(file, "import lib.mjs");
        try (Stage stage = new Stage(made)) {
            assertThat(stage.registry.problems())
                    .singleElement()
                    .asString()
                    .contains("lib.mjs: not loaded: it can be written to by everybody");
        }
    }
}
