package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.Residency;
import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.libc.LibC;
import dev.nowake.kernel.libc.SystemCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is left to somebody without rights: a thread that has put root's off. */
@Tag("kernel")
class RightsTest {
    private static final int NOBODY = 65_534;

    private final LibC libc = FfmLibC.open();
    private final LinuxKernel kernel = LinuxKernel.over(libc);
    private RealWorld world;
    private Path path;

    @BeforeEach
    void setUp() throws Exception {
        world = RealWorld.of(kernel);
        path = world.file("roots.bin", 1 << 20);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    private <T> T asNobody(Callable<T> work) throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            return thread.submit(() -> {
                        long result = libc.call(SystemCall.SETRESUID, NOBODY, NOBODY, NOBODY, 0, 0, 0);
                        assertThat(result).isZero();
                        return work.call();
                    })
                    .get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Test
    void residencyOfAForeignFileIsUnknown() throws Exception {
        try (OpenFile file = kernel.files().open(path)) {
            assertThat(asNobody(() -> kernel.pageCache().residency(file, 0, 1 << 20)))
                    .isEqualTo(Residency.UNKNOWN);
            assertThat(kernel.pageCache().residency(file, 0, 1 << 20).isKnown()).isTrue();
        }
    }

    @Test
    void mincoreIsNotBelievedOfAForeignFile() throws Exception {
        LinuxKernel old = LinuxKernel.over(new FailingLibC(libc).fail(SystemCall.CACHESTAT, Errno.ENOSYS));
        try (OpenFile file = old.files().open(path)) {
            assertThat(asNobody(() -> old.pageCache().residency(file, 0, 1 << 20)))
                    .isEqualTo(Residency.UNKNOWN);
            assertErrno(Errno.EPERM, () -> old.pageCache().residentExtents(file, 0, 1 << 20));
            assertErrno(Errno.EPERM, () -> old.pageCache().nodes(file, new long[] {0}));
        }
    }

    /** The thread keeps root's group. */
    @Test
    void writePermissionIsEnoughForMincore() throws Exception {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-r--"));
        LinuxKernel old = LinuxKernel.over(new FailingLibC(libc).fail(SystemCall.CACHESTAT, Errno.ENOSYS));
        try (OpenFile file = old.files().open(path)) {
            assertThat(asNobody(() -> old.pageCache().residency(file, 0, 1 << 20)))
                    .isEqualTo(new Residency(0, 0, 0, Residency.Source.MINCORE));
        }
    }

    @Test
    void aForeignFileOpensWithItsAccessTime() throws Exception {
        Path readable = Files.createTempFile("nowake", ".bin");
        try {
            Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("rw-r--r--"));
            assertThat(asNobody(() -> {
                        try (OpenFile file = kernel.files().open(readable)) {
                            return kernel.files().status(file).isRegular();
                        }
                    }))
                    .isTrue();
        } finally {
            Files.delete(readable);
        }
    }

    @Test
    void eventsAndForeignLeasesNeedRights() throws Exception {
        assertErrno(Errno.EPERM, () -> kernel.fileEvents().open(Naming.DESCRIPTOR));
        try (OpenFile file = kernel.files().open(path)) {
            assertErrno(Errno.EACCES, () -> kernel.leases().heldElsewhere(file));
        }
    }

    @Test
    void theProbeSaysWhatIsRefused() throws Exception {
        Features features = asNobody(() -> FeatureProbe.of(libc));
        assertThat(features.whyMissing(Feature.FANOTIFY)).contains("EPERM");
        assertThat(features.whyMissing(Feature.PROCESS_MADVISE)).contains("CAP_SYS_NICE");
        assertThat(features.has(Feature.LEASES)).isTrue();
    }

    private void assertErrno(Errno errno, Callable<?> call) {
        assertThatThrownBy(() -> asNobody(call))
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
