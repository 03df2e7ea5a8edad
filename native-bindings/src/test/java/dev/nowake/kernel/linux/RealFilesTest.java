package dev.nowake.kernel.linux;

import static dev.nowake.kernel.contract.KernelUnderTest.byteAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.EventGroup.Scope;
import dev.nowake.kernel.Extent;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files as they come: links, FIFOs, names that are no text, and attributes as the JDK sees them. */
@Tag("kernel")
class RealFilesTest {
    private final Kernel kernel = LinuxKernel.open(Binding.FFM);
    private RealWorld world;

    @BeforeEach
    void setUp() throws Exception {
        world = RealWorld.of(kernel);
    }

    @AfterEach
    void tearDown() throws Exception {
        world.close();
    }

    @Test
    void statusSaysWhatTheJdkSays() throws Exception {
        Path path = world.sparseFile("a.bin", 1 << 20, new Extent(0, 8192));
        Files.createLink(world.folder().resolve("second"), path);
        FileStatus status = kernel.files().status(path);
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        assertThat(status.device()).isEqualTo(Files.getAttribute(path, "unix:dev"));
        assertThat(status.inode()).isEqualTo(Files.getAttribute(path, "unix:ino"));
        assertThat(status.mode()).isEqualTo(Files.getAttribute(path, "unix:mode"));
        assertThat(status.uid()).isEqualTo(Files.getAttribute(path, "unix:uid"));
        assertThat(status.links()).isEqualTo(2);
        assertThat(status.sizeBytes()).isEqualTo(1 << 20);
        assertThat(status.allocatedBytes()).isBetween(8192L, 65_536L);
        assertThat(status.mtimeNanos()).isEqualTo(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }

    @Test
    void deviceNumbersAreThoseOfMakedev() {
        assertThat(StatX.device(0x12345, 0x6789a)).isEqualTo(0x0001_2000_6780_0000L | 0x345L << 8 | 0x9a);
        assertThat(StatX.device(254, 0)).isEqualTo(0xfe00);
    }

    @Test
    void linksAreFollowedAndLoopsEnd() throws Exception {
        Path path = world.file("blobs/abc", 10);
        Path link = Files.createSymbolicLink(world.folder().resolve("link"), Path.of("blobs/abc"));
        assertThat(kernel.files().status(link)).isEqualTo(kernel.files().status(path));
        try (OpenFile file = kernel.files().open(link)) {
            assertThat(kernel.files().path(file)).isEqualTo(path);
        }
        Path loop = Files.createSymbolicLink(world.folder().resolve("loop"), Path.of("loop"));
        assertErrno(Errno.ELOOP, () -> kernel.files().open(loop));
    }

    @Test
    void aFifoNeverBlocks() throws Exception {
        Path fifo = world.folder().resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            try (OpenFile file = kernel.files().open(fifo)) {
                assertThat(kernel.files().status(file).isRegular()).isFalse();
            }
        });
    }

    @Test
    void namesNeedNotBeText() throws Exception {
        byte[] name = "w\u00ffild\n\u00fe.bin".getBytes(StandardCharsets.ISO_8859_1);
        Path folder = world.newFolder("models");
        Path path = folder.resolve(PathBytes.path(name));
        Files.write(path, new byte[] {7});
        try (OpenFile file = kernel.files().open(path)) {
            ByteBuffer target = ByteBuffer.allocate(1);
            assertThat(kernel.files().read(file, 0, target, ReadMode.NORMAL)).isEqualTo(1);
            assertThat(PathBytes.of(kernel.files().path(file))).isEqualTo(PathBytes.of(path));
        }
        List<byte[]> names = new ArrayList<>();
        try (EventGroup group = kernel.fileEvents().open(Naming.HANDLE_AND_NAME)) {
            group.mark(Scope.DIRECTORY, folder, FileEvent.OPEN);
            kernel.files().open(path).close();
            group.read(10_000, event -> names.add(event.name()));
        }
        assertThat(names).hasSize(1).first().isEqualTo(name);
    }

    @Test
    void readsLargerThanTheScratchAreShort() throws Exception {
        try (OpenFile file = kernel.files().open(world.file("large", 3 << 20))) {
            ByteBuffer target = ByteBuffer.allocate(3 << 20);
            while (kernel.files().read(file, target.position(), target, ReadMode.NORMAL) > 0) {
                assertThat(target.position()).isPositive();
            }
            assertThat(target.hasRemaining()).isFalse();
            assertThat(target.get((2 << 20) + 5)).isEqualTo(byteAt((2 << 20) + 5));
        }
    }

    private static void assertErrno(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
