package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.Leases;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.libc.LibC;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Leases against real processes. */
@Tag("kernel")
class RealLeasesTest {
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final LibC libc = FfmLibC.open();
    private final Kernel kernel = LinuxKernel.over(libc);
    private final Leases leases = kernel.leases();
    private RealWorld world;
    private Path path;

    @BeforeEach
    void setUp() throws Exception {
        world = RealWorld.of(kernel);
        path = world.file("leased.bin", 1 << 20);
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    @Test
    void aDuplicateOfOurDescriptorHoldsNothing() throws Exception {
        try (OpenFile file = kernel.files().open(path)) {
            int duplicate = (int) libc.fcntl(file.fd(), F_DUPFD_CLOEXEC, 0);
            assertThat(duplicate).isPositive();
            assertThat(leases.heldElsewhere(file)).isFalse();
            assertThat(libc.close(duplicate)).isZero();
        }
    }

    @Test
    void aProcessHoldsUntilItEnds() throws Exception {
        try (OpenFile file = kernel.files().open(path)) {
            Process reader = new ProcessBuilder("sleep", "60")
                    .redirectInput(path.toFile())
                    .start();
            try {
                assertThat(leases.heldElsewhere(file)).isTrue();
            } finally {
                reader.destroyForcibly();
            }
            await().atMost(PATIENCE).until(() -> !leases.heldElsewhere(file));
        }
    }

    /** An opener that meets the lease makes the kernel signal us: a signal this JVM must survive. */
    @Test
    void openersInThatVeryInstantAreNoHarm() throws Exception {
        String script = "i=0; while [ $i -lt 20000 ]; do : < \"$0\"; i=$((i+1)); done";
        try (OpenFile file = kernel.files().open(path)) {
            Process opener = new ProcessBuilder("sh", "-c", script, path.toString()).start();
            int held = 0;
            int free = 0;
            while (opener.isAlive()) {
                if (leases.heldElsewhere(file)) {
                    held++;
                } else {
                    free++;
                }
            }
            assertThat(opener.waitFor()).isZero();
            assertThat(held).isPositive();
            assertThat(free).isPositive();
            assertThat(leases.heldElsewhere(file)).isFalse();
        }
    }
}
