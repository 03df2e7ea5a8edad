package dev.nowake.agent.advice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.proc.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountSelectionTest {
    @TempDir
    Path root;

    private List<String> chosen(String mountInfo, String... folders) throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(root.resolve("proc/self/mountinfo"), mountInfo);
        return MountSelection.of(Arrays.stream(folders).map(Path::of).toList(), MountInfo.read(root)).stream()
                .map(mount -> mount.mountPoint().toString())
                .toList();
    }

    @Test
    void theOneThatHoldsAFolderAndThoseBelow() throws IOException {
        String mounts = """
                1 0 8:1 / / rw - ext4 a rw
                2 1 0:50 / /models rw - nfs4 h:/x rw
                3 2 0:51 / /models/deep/er rw - fuse.x x rw
                4 1 0:52 / /models-else rw - nfs4 h:/y rw
                """;
        assertThat(chosen(mounts, "/models")).containsExactly("/models", "/models/deep/er");
        assertThat(chosen(mounts, "/models/a")).containsExactly("/models");
        assertThat(chosen(mounts, "/models/deep/er/x")).containsExactly("/models/deep/er");
        assertThat(chosen(mounts, "/elsewhere")).containsExactly("/");
        assertThat(chosen(mounts, "/elsewhere", "/models-else")).containsExactly("/", "/models-else");
        assertThat(chosen(mounts)).isEmpty();
    }

    @Test
    void eachFilesystemOnceAndOnlyWhatIsSeen() throws IOException {
        String mounts = """
                1 0 8:1 / / rw - ext4 a rw
                2 1 0:50 / /a/deep/bind rw - nfs4 h:/x rw
                3 1 0:50 /sub /a/b rw - nfs4 h:/x rw
                4 1 0:51 / /a/c rw - autofs x rw
                5 4 0:52 / /a/c rw - nfs4 h:/y rw
                """;
        assertThat(chosen(mounts, "/a")).containsExactly("/", "/a/b", "/a/c");
        assertThat(MountSelection.of(List.of(Path.of("/a/c")), MountInfo.read(root)))
                .extracting(mount -> mount.fsType())
                .containsExactly("nfs4");
    }

    @Test
    void aPatternIsWhateverItCouldStandFor() throws IOException {
        String mounts = """
                1 0 8:1 / / rw - ext4 a rw
                2 1 0:50 / /home rw - nfs4 h:/h rw
                3 2 0:51 / /home/ann rw - nfs4 h:/a rw
                4 2 0:52 / /home/ann/models rw - nfs4 h:/m rw
                5 2 0:53 / /home/ann/music rw - nfs4 h:/n rw
                6 2 0:54 / /home/bob/models/llama rw - nfs4 h:/l rw
                7 2 0:55 / /srv rw - nfs4 h:/s rw
                """;
        assertThat(chosen(mounts, "/home/*/models"))
                .containsExactly("/home", "/home/ann", "/home/ann/models", "/home/bob/models/llama");
        assertThat(chosen(mounts, "/home/a*/m[u]sic")).containsExactly("/home", "/home/ann", "/home/ann/music");
        assertThat(chosen(mounts, "/home/[")).containsExactly("/home");
    }
}
