package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.remote.RemoteKind;
import dev.nowake.agent.remote.RemoteMount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A mirror of mounts as people have them: real servers and clients on loopback. */
@Tag("kernel")
final class RemoteMirrorsTest {
    private static final int FILES = 2;
    private static final int FILE_BYTES = 9 * MirrorHost.MIB + 123;

    /** Of a request to the remote, by {@link #mirrorOf}; and what a reader may wait at the very most. */
    private static final int TIMEOUT_SECONDS = 2;

    /** The first load fills it, what the remote cannot give is an error in time, and the second load needs no remote. */
    @ParameterizedTest
    @EnumSource(RemoteKind.class)
    void aColdLoadIsRightAndAWarmOneNeedsNoRemote(RemoteKind kind) throws Exception {
        Path folder = MirrorHost.folder();
        Path origin = Files.createDirectory(folder.resolve("origin"));
        for (int seed = 1; seed <= FILES + 1; seed++) {
            Loaders.make(origin, seed, FILE_BYTES);
        }
        try (RemoteMount remote = RemoteMount.start(kind, origin);
                MirrorHost host = mirrorOf(remote, folder)) {
            for (int seed = 1; seed <= FILES; seed++) {
                assertThat(MirrorHost.said(host.check(seed + ".bin"))).isEqualTo("RIGHT");
            }
            await("complete")
                    .atMost(MirrorHost.SOON)
                    .until(() -> host.told("complete").size() == FILES);

            remote.hang();
            String[] said = MirrorHost.said(host.page(FILES + 1 + ".bin", 0)).split(" ");
            assertThat(said[0]).isEqualTo("EIO");
            assertThat(Duration.ofMillis(Long.parseLong(said[1]))).isLessThan(Duration.ofSeconds(5L * TIMEOUT_SECONDS));
            assertThat(MirrorHost.said(host.check("1.bin"))).isEqualTo("RIGHT");
            remote.answer();

            remote.detach();
            for (int seed = 1; seed <= FILES; seed++) {
                assertThat(MirrorHost.said(host.check(seed + ".bin"))).isEqualTo("RIGHT");
            }
            host.daemon().stop();
            host.assertNothingLeft();
        }
    }

    private static MirrorHost mirrorOf(RemoteMount remote, Path folder) throws Exception {
        MirrorHost host = MirrorHost.make(folder, remote.path(), folder.resolve("local"));
        host.configure("rescan: 1h, revalidate: 0s, lookahead: 0, timeout: " + TIMEOUT_SECONDS + "s");
        host.serve();
        return host;
    }
}
