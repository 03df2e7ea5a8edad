package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.contract.KernelUnderTest;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class LinuxForeignMemoryTest {
    private static final long SIZE_BYTES = 8 << 20;

    private final Kernel kernel = LinuxKernel.open(Binding.FFM);
    private final ForeignMemory memory = kernel.foreignMemory();
    private RealWorld world;
    private Path path;

    @BeforeEach
    void setUp() throws Exception {
        world = RealWorld.of(kernel);
        path = world.file("mapped.bin", SIZE_BYTES);
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    private static long address(JavaProcess holder) throws Exception {
        return Long.parseLong(holder.line().split(" ")[0]);
    }

    private long resident(OpenFile file) throws KernelException {
        return kernel.pageCache().residency(file, 0, SIZE_BYTES).residentBytes();
    }

    @Test
    void aLoneMappersPagesCanBePagedOut() throws Exception {
        try (OpenFile file = kernel.files().open(path);
                JavaProcess holder = JavaProcess.start(MapHolder.class, path)) {
            long address = address(holder);
            kernel.pageCache().evict(file, 0, SIZE_BYTES);
            assertThat(resident(file)).isEqualTo(SIZE_BYTES);
            try (OpenFile process = memory.openProcess(holder.pid())) {
                assertThat(memory.pageOut(process, address, SIZE_BYTES)).isEqualTo(SIZE_BYTES);
            }
            assertThat(resident(file)).isZero();
        }
    }

    @Test
    void pagesOfTwoMappersStayAndNobodySaysSo() throws Exception {
        try (OpenFile file = kernel.files().open(path);
                JavaProcess one = JavaProcess.start(MapHolder.class, path);
                KernelUnderTest.Reader two = world.mapElsewhere(path, 0, SIZE_BYTES)) {
            assertThat(two).isNotNull();
            long address = address(one);
            try (OpenFile process = memory.openProcess(one.pid())) {
                assertThat(memory.pageOut(process, address, SIZE_BYTES)).isEqualTo(SIZE_BYTES);
            }
            assertThat(resident(file)).isEqualTo(SIZE_BYTES);
        }
    }

    @Test
    void aMappingInAnotherProcessHoldsTheFile() throws Exception {
        try (OpenFile file = kernel.files().open(path)) {
            try (JavaProcess holder = JavaProcess.start(MapHolder.class, path)) {
                address(holder);
                assertThat(kernel.leases().heldElsewhere(file)).isTrue();
            }
            assertThat(kernel.leases().heldElsewhere(file)).isFalse();
        }
    }

    @Test
    void anExitIsSeenThroughThePidfd() throws Exception {
        JavaProcess holder = JavaProcess.start(MapHolder.class, path);
        address(holder);
        try (OpenFile process = memory.openProcess(holder.pid())) {
            assertThat(memory.hasExited(process)).isFalse();
            holder.close();
            await().atMost(Duration.ofSeconds(10)).until(() -> memory.hasExited(process));
            assertErrno(Errno.ESRCH, () -> memory.pageOut(process, 0x1000, 4096));
        }
    }

    @Test
    void whoIsGoneIsGone() {
        assertErrno(Errno.ESRCH, () -> memory.openProcess(Integer.MAX_VALUE - 1));
        assertErrno(Errno.EINVAL, () -> memory.openProcess(-1));
    }

    @Test
    void anUnmappedAddressIsRefused() throws Exception {
        try (OpenFile self =
                memory.openProcess(Math.toIntExact(ProcessHandle.current().pid()))) {
            assertErrno(Errno.ENOMEM, () -> memory.pageOut(self, 0x1000, 4096));
            assertErrno(Errno.EINVAL, () -> memory.pageOut(self, 0x1001, 4096));
        }
    }

    private static void assertErrno(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
