package dev.nowake.agent.advice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a server of an object store keeps what it reads, by its command line. */
class ObjectStoreTest {
    @TempDir
    Path root;

    private List<Finding> findings(String commandLine) throws IOException {
        return new MountTree(root)
                .mount("/m", "fuse", "x", "allow_other")
                .server(7, 50, commandLine.split(" "))
                .findings();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rclone mount r:b /m",
                "/usr/bin/rclone mount r:b /m --vfs-cache-mode writes",
                "rclone mount --vfs-cache-mode=off r:b /m",
                "mount.rclone r:b /m -o rw,vfs_cache_mode=writes",
                "s3fs b /m",
                "s3fs b /m -o use_cache=",
                "s3fs b /m -o rw,kernel_cache",
                "gcsfuse b /m",
                "gcsfuse --cache-dir=/c --file-cache-max-size-mb=0 b /m",
                "goofys b /m",
                "geesefs --memory-limit 1000 b /m",
                "mount-s3 b /m --read-only",
                "juicefs mount redis://h /m --cache-dir memory",
                "juicefs mount redis://h /m --cache-size=0",
                "blobfuse2 mount /m --block-cache"
            })
    void keepsNothing(String commandLine) throws IOException {
        assertThat(findings(commandLine)).singleElement().satisfies(finding -> {
            assertThat(finding.id()).isEqualTo(FindingId.OBJECT_STORE_CACHE);
            assertThat(finding.figure()).contains(" without ");
            assertThat(finding.command()).startsWith("start its server with -");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rclone mount r:b /m --vfs-cache-mode full",
                "rclone mount r:b /m --vfs-cache-mode=FULL",
                "mount.rclone r:b /m -o rw,vfs_cache_mode=full",
                "s3fs b /m -o use_cache=/c",
                "s3fs b /m -ouse_cache=/c,ro",
                "gcsfuse --cache-dir /c b /m",
                "gcsfuse --cache-dir=/c --file-cache-max-size-mb=-1 b /m",
                "goofys --cache /c b /m",
                "geesefs --cache /c b /m",
                "mount-s3 --cache /c b /m",
                "mount-s3 --cache-xz b--use1--x-s3 b /m",
                "juicefs mount redis://h /m",
                "juicefs mount redis://h /m --cache-dir /c --cache-size 102400",
                "blobfuse2 mount /m --block-cache --block-cache-path=/c",
                // what it does stands in a file of its own
                "gcsfuse --config-file /c.yaml b /m",
                "blobfuse2 mount /m --config-file=/c.yaml",
                // no object store
                "sshfs h:/x /m",
                "python3 rclone"
            })
    void keepsItOrNobodyKnows(String commandLine) throws IOException {
        assertThat(findings(commandLine)).isEmpty();
    }

    /** It is given the connection by what started it. */
    @Test
    void theStoreAmongThoseThatHoldTheConnection() throws IOException {
        List<Finding> findings = new MountTree(root)
                .mount("/m", "fuse", "x", "allow_other")
                .server(7, 50, "csi-driver", "--endpoint=unix:/csi.sock")
                .server(8, 50, "mount-s3", "b", "/dev/fd/3")
                .findings();
        assertThat(findings).extracting(Finding::id).containsExactly(FindingId.OBJECT_STORE_CACHE);
    }

    @Test
    void whatACommandLineHoldsIsNotShown() throws IOException {
        String secret = "hunter2";
        List<Finding> findings = findings("s3fs b /m -o passwd_file=" + secret + ",sync_read --password " + secret);
        assertThat(findings).hasSize(2);
        assertThat(findings.toString()).doesNotContain(secret);
    }

    @Test
    void aCommandLineOfOddWords() {
        assertThat(new ServerOptions(List.of()).program()).isEmpty();
        ServerOptions odd =
                new ServerOptions(List.of("/", "-o", "--", "--=", "-", "", "-o", "=,=,", "--a", "--b", "-o"));
        assertThat(odd.program()).isEmpty();
        assertThat(odd.value("a")).contains("");
        assertThat(odd.has("b")).isTrue();
        assertThat(odd.value("c")).isEmpty();
        assertThat(new ServerOptions(List.of("x", "--c", "1", "--c=2")).value("c"))
                .contains("1");
    }
}
