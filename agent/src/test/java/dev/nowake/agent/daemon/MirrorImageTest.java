package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.pack.ImageWay;
import dev.nowake.agent.pack.PackOrder;
import dev.nowake.agent.pack.PackRun;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** EROFS images in a mirror, mounted as files: what of them is asked for, and what has to be there before. */
@Tag("kernel")
final class MirrorImageTest {
    private static final int SIZE = 24 * MirrorHost.MIB;

    private final LinuxKernel kernel = LinuxKernel.open(Binding.AUTO);
    private Path packed;
    private Path point;
    private MirrorHost host;
    private ImageWay.Mounted mounted;

    @BeforeEach
    void setUp() throws Exception {
        host = MirrorHost.make();
        packed = Files.createDirectory(host.folder.resolve("packed"));
        point = Files.createDirectory(host.folder.resolve("point"));
        for (int seed = 1; seed <= 2; seed++) {
            Loaders.make(packed, seed, SIZE);
        }
        Files.writeString(packed.resolve("config.json"), "{\"layers\": 2}");
        new PackRun(kernel, new PackOrder(packed, host.remote.resolve("m.erofs"), null, false, false, null)).run();
        host.configure("rescan: 1h, revalidate: 1h, timeout: 10s, lookahead: 0");
        host.serve();
    }

    @AfterEach
    void tearDown() throws Exception {
        if (mounted != null) {
            mounted.close();
        }
        host.close();
    }

    private void mount() throws Exception {
        mounted = ImageWay.FILE.mount(kernel, host.local.resolve("m.erofs"), point);
    }

    /** Where an image's superblock, inodes and names are. */
    private void readFront() throws Exception {
        try (InputStream image = Files.newInputStream(host.local.resolve("m.erofs"))) {
            assertThat(image.readNBytes(4096)).hasSize(4096);
        }
    }

    /** By another process. */
    private Process compare(String name) throws Exception {
        return new ProcessBuilder(
                        "cmp",
                        point.resolve(name).toString(),
                        packed.resolve(name).toString())
                .redirectErrorStream(true)
                .start();
    }

    /** The kernel does not ask for an image's metadata: it finds zeros, and takes them for no image. */
    @Test
    void anImageOfWhichNothingIsHereIsNotMounted() {
        assertThatThrownBy(this::mount).isInstanceOf(KernelException.class).hasMessageContaining("EINVAL");
    }

    @Test
    void whatIsReadOfAMountedImageIsBrought() throws Exception {
        readFront();
        mount();
        assertThat(MirrorHost.said(compare("2.bin"))).isEmpty();
        assertThat(MirrorHost.said(compare("config.json"))).isEmpty();
        JsonNode files = host.status().path("mirrors").path(0).path("files");
        assertThat(files.path("hereBytes").asLong()).isGreaterThanOrEqualTo(SIZE);
    }

    @Test
    void whoReadsAMountedImageWaitsWhileThereIsNoDaemon() throws Exception {
        readFront();
        mount();
        host.daemon().kill();
        Process reader = compare("1.bin");
        await().during(Duration.ofMillis(500)).atMost(MirrorHost.SOON).until(reader::isAlive);
        host.start();
        assertThat(MirrorHost.said(reader)).isEmpty();
        assertThat(reader.exitValue()).isZero();
    }
}
