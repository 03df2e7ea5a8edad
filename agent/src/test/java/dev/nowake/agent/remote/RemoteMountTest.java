package dev.nowake.agent.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.proc.MountInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rig itself. */
@Tag("kernel")
class RemoteMountTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(RemoteKind.class)
    void showsWhatIsServedAndIsGoneAfterwards(RemoteKind kind) throws Exception {
        byte[] content = new byte[3 << 20];
        new Random(5).nextBytes(content);
        Path file = Files.write(Files.createDirectory(folder.resolve("llama")).resolve("model.safetensors"), content);
        Path mount;
        try (RemoteMount remote = RemoteMount.start(kind, folder)) {
            mount = remote.path();
            assertThat(remote.type()).isEqualTo(kind.type());
            assertThat(Files.mismatch(remote.seen(file), file)).isEqualTo(-1);
        }
        assertThat(MountInfo.read().mounts())
                .noneMatch(each -> each.mountPoint().equals(mount));
        assertThat(mount.getParent()).doesNotExist();
        assertThat(ProcessHandle.allProcesses()
                        .filter(ProcessHandle::isAlive)
                        .flatMap(each -> each.info().commandLine().stream()))
                .noneMatch(line -> line.contains(mount.getParent().toString()));
    }
}
