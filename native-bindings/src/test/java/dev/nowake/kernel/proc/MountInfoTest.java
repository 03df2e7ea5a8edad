package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountInfoTest {
    @TempDir
    Path root;

    @Test
    void linesWithAndWithoutOptionalFields() throws IOException {
        MountInfo mounts = read("""
                20 1 8:1 / / rw,relatime shared:1 master:2 - ext4 /dev/sda1 rw,errors=remount-ro
                21 20 0:40 /sub /data rw - btrfs /dev/sdb rw,subvol=/sub
                22 20 0:50 / /m/fuse ro,nosuid - fuse.sshfs host:/x rw,user_id=0
                """);
        assertThat(mounts.mounts()).hasSize(3);
        assertThat(mounts.mounts().getFirst())
                .isEqualTo(new Mount(
                        20, 1, 0x801, "/", Path.of("/"), "ext4", "/dev/sda1", "rw,relatime", "rw,errors=remount-ro"));
        Mount fuse = mounts.byId(22).orElseThrow();
        assertThat(fuse.isFuse()).isTrue();
        assertThat(fuse.hasOption("ro")).isTrue();
        assertThat(fuse.hasOption("user_id=0")).isTrue();
        assertThat(fuse.hasOption("user_id")).isFalse();
        assertThat(mounts.byDevice(DeviceNumber.of(0, 40))).map(Mount::root).contains("/sub");
        assertThat(mounts.byDevice(7)).isEmpty();
    }

    @Test
    void longestPrefixByNameAndLatestOnTop() throws IOException {
        MountInfo mounts = read("""
                1 0 8:1 / / rw - ext4 a rw
                2 1 8:2 / /models rw - ext4 b rw
                3 1 8:3 / /models rw - xfs c rw
                4 1 8:4 / /models/deep/er rw - ext4 d rw
                """);
        assertThat(mounts.byPath(Path.of("/models/x"))).map(Mount::id).contains(3);
        assertThat(mounts.byPath(Path.of("/models"))).map(Mount::id).contains(3);
        assertThat(mounts.byPath(Path.of("/models-else/x"))).map(Mount::id).contains(1);
        assertThat(mounts.byPath(Path.of("/models/deep/er/y"))).map(Mount::id).contains(4);
        assertThat(mounts.byPath(Path.of("/models/deep/er/../../../etc")))
                .map(Mount::id)
                .contains(1);
    }

    @Test
    void octalEscapes() throws IOException {
        MountInfo mounts = read("5 1 8:1 / /a\\040b\\134c\\012d\\011 rw - ext4 dev\\040ice rw\n");
        assertThat(mounts.mounts().getFirst().mountPoint()).isEqualTo(Path.of("/a b\\c\nd\t"));
        assertThat(mounts.mounts().getFirst().source()).isEqualTo("dev ice");
        assertThat(Mount.unescape("\\04")).isEqualTo("\\04");
        assertThat(Mount.unescape("\\999\\777")).isEqualTo("\\999\\777");
    }

    @Test
    void utf8NamesAreThePathsTheJvmWouldMake() throws IOException {
        byte[] line = "5 1 8:1 / /modèles rw - ext4 x rw\n".getBytes(StandardCharsets.UTF_8);
        Files.createDirectories(root.resolve("proc/self"));
        Files.write(root.resolve("proc/self/mountinfo"), line);
        byte[] name = "/modèles".getBytes(StandardCharsets.UTF_8);
        ProcFile.path(new String(name, StandardCharsets.ISO_8859_1))
                .ifPresent(expected -> assertThat(
                                MountInfo.read(root).mounts().getFirst().mountPoint())
                        .isEqualTo(expected));
    }

    @Test
    void brokenLinesAreSkipped() throws IOException {
        MountInfo mounts = read("""

                1
                x 0 8:1 / / rw - ext4 a rw
                2 0 8:1 / /ok rw - tmpfs  rw
                3 0 81 / / rw - ext4 a rw
                4 0 8:1 / / rw ext4 a rw
                5 0 99999999999:1 / / rw - ext4 a rw
                6 0 8:1 / / rw -
                """);
        assertThat(mounts.mounts()).extracting(Mount::id).containsExactly(2);
        assertThat(mounts.mounts().getFirst().source()).isEmpty();
    }

    private MountInfo read(String text) throws IOException {
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(root.resolve("proc/self/mountinfo"), text);
        return MountInfo.read(root);
    }
}
