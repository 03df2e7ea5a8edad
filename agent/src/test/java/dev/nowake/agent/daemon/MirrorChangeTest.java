package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.ConfigFile;
import dev.nowake.agent.config.MirrorSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reload tells of mirrors. */
class MirrorChangeTest {
    @TempDir
    Path folder;

    private Config config(String mirrors) throws Exception {
        Path file = Files.writeString(folder.resolve("nowake.yaml"), "mode: enforce\nmirrors: [" + mirrors + "]\n");
        return ConfigFile.read(file);
    }

    private ConfigChanges changes(boolean served, String before, String after) throws Exception {
        return ConfigChanges.between(config(before), config(after), name -> served);
    }

    @Test
    void everyKeyIsCompared() {
        assertThat(MirrorChange.keys())
                .as("all but the name, by which they are told apart, and the mode, which opens and closes")
                .isEqualTo(MirrorSettings.class.getRecordComponents().length - 2);
    }

    @Test
    void limitsAreTakenAtOnceAndTheRestAtTheNextStart() throws Exception {
        String before = "{name: m, remote: /r, local: /l}";
        String after = "{name: m, remote: /r, local: /l, budget: 1GiB, timeout: 7s, streams: 3}";
        ConfigChanges changes = changes(true, before, after);
        assertThat(changes.now()).containsExactly("mirror m changed: budget");
        assertThat(changes.atRestart()).containsExactly("mirror m: timeout, streams");
        changes = changes(false, before, after);
        assertThat(changes.now())
                .as("it could not be opened, and is tried anew")
                .containsExactly("mirror m changed: budget, timeout, streams");
        assertThat(changes.atRestart()).isEmpty();
        assertThat(changes(true, before, before)).isEqualTo(changes(true, "", ""));
    }

    @Test
    void mirrorsComeAndGo() throws Exception {
        assertThat(changes(
                                true,
                                "{name: a, remote: /r, local: /l}",
                                "{name: b, remote: /r2, local: /l2, mode: observe}")
                        .now())
                .containsExactly("mirror b added: /r2 -> /l2, observe", "mirror a removed");
        assertThat(changes(true, "{name: a, remote: /r, local: /l}", "{name: a, remote: /r, local: /l, mode: observe}")
                        .now())
                .containsExactly("mirror a changed: enforce -> observe");
    }
}
