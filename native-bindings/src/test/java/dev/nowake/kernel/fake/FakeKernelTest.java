package dev.nowake.kernel.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.proc.DescriptorInfo;
import dev.nowake.kernel.proc.FileKey;
import dev.nowake.kernel.proc.OpenFileScan;
import dev.nowake.kernel.proc.ProcessInfo;
import dev.nowake.kernel.proc.ProcessMaps;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names, scripts, processes: the fake's world around the page cache. */
class FakeKernelTest {
    private final FakeKernel kernel = new FakeKernel();

    @TempDir
    Path folder;

    @AfterEach
    void nothingLeaks() {
        assertThat(kernel.openDescriptors()).isZero();
    }

    @Test
    void linksAreFollowedAndLoopsSurvived() throws Exception {
        Path blob = kernel.addFile("/hub/blobs/abc", 10);
        kernel.addSymbolicLink("/hub/snapshots/1/a.safetensors", "../../blobs/abc");
        kernel.addSymbolicLink("/hub/here", "/hub/snapshots/1");
        kernel.addSymbolicLink("/loop", "/loop");
        FileStatus direct = kernel.files().status(blob);
        assertThat(kernel.files().status(Path.of("/hub/here/a.safetensors"))).isEqualTo(direct);
        try (OpenFile file = kernel.files().open(Path.of("/hub/here/a.safetensors"))) {
            assertThat(kernel.files().path(file)).isEqualTo(blob);
        }
        assertFails(Errno.ELOOP, () -> kernel.files().open(Path.of("/loop")));
        assertThat(kernel.files().status(Path.of("/")).isDirectory()).isTrue();
        kernel.files().open(Path.of("/")).close();
    }

    @Test
    void hardLinksAreOneFile() throws Exception {
        Path one = kernel.addFile("/a", 10);
        Path two = kernel.addHardLink("/b", one);
        assertThat(kernel.files().status(one)).isEqualTo(kernel.files().status(two));
        assertThat(kernel.files().status(one).links()).isEqualTo(2);
        kernel.delete(one, 1);
        assertThat(kernel.files().status(two).links()).isEqualTo(1);
    }

    @Test
    void devicesAreTheMounts() throws Exception {
        kernel.mount(FakeMount.ext4("/mnt/x", 77));
        assertThat(kernel.files().status(kernel.addFile("/mnt/x/f", 1)).device())
                .isEqualTo(77);
        assertThat(kernel.files().status(kernel.addFile("/mnt/f", 1)).device()).isEqualTo(0xfe00);
    }

    @Test
    void scriptsFailTheCallTheyName() throws Exception {
        Path one = kernel.addFile("/a", 10);
        Path two = kernel.addFile("/b", 10);
        kernel.script().failAt("open", one, Errno.EIO);
        kernel.script().failNth("statx", 2, Errno.ENOMEM);
        assertFails(Errno.EIO, () -> kernel.files().open(one));
        assertFails(Errno.EIO, () -> kernel.files().open(one));
        kernel.files().open(two).close();
        kernel.files().status(two);
        assertFails(Errno.ENOMEM, () -> kernel.files().status(two));
        kernel.files().status(two);
        kernel.script().heal("open");
        kernel.files().open(one).close();
        assertThat(kernel.script().count("open")).isEqualTo(4);
        kernel.script().forgetCalls();
        assertThat(kernel.script().calls()).isEmpty();
    }

    @Test
    void descriptorsRunOut() throws Exception {
        Path path = kernel.descriptorLimit(1).addFile("/a", 10);
        try (OpenFile file = kernel.files().open(path)) {
            assertThat(file.isClosed()).isFalse();
            assertFails(Errno.EMFILE, () -> kernel.files().open(path));
        }
        kernel.files().open(path).close();
    }

    @Test
    void leasesAreTheMounts() throws Exception {
        kernel.mount(FakeMount.ext4("/nolease", 3).withLeases(false));
        try (OpenFile file = kernel.files().open(kernel.addFile("/nolease/a", 1))) {
            assertFails(Errno.EINVAL, () -> kernel.leases().heldElsewhere(file));
        }
    }

    @Test
    void headedFilesHaveTheirHeader() throws Exception {
        Path path = kernel.addFile("/m", FakeContent.headed(new byte[] {1, 2, 3}, 1L << 40));
        try (OpenFile file = kernel.files().open(path)) {
            ByteBuffer head = ByteBuffer.allocate(4);
            kernel.files().read(file, 0, head, ReadMode.NORMAL);
            assertThat(head.array()).startsWith(1, 2, 3);
            assertThat(head.get(3)).isNotZero();
            assertThat(kernel.files().read(file, (1L << 40) - 2, ByteBuffer.allocate(9), ReadMode.NORMAL))
                    .isEqualTo(2);
        }
    }

    @Test
    void readersCountWhatTheyFound() throws Exception {
        Path path = kernel.addFile("/m", 8 << 20);
        kernel.makeResident(path, 0, 2 << 20);
        FakeHandle handle = kernel.process(5).open("/m");
        assertThat(handle.read(4 << 20)).isEqualTo(2 << 20);
        assertThat(handle.positionBytes()).isEqualTo(4 << 20);
        assertThat(handle.pread(0, 8 << 20)).isEqualTo(4 << 20);
        assertThat(handle.readAll()).isEqualTo(4 << 20);
        assertThat(handle.positionBytes()).isEqualTo(8 << 20);
        assertFails(Errno.ENOENT, () -> kernel.process(5).open("/none"));
    }

    @Test
    void messagesAreKept() throws Exception {
        kernel.serviceManager().notify("@x", "READY=1");
        assertThat(kernel.notifications()).containsExactly("READY=1");
    }

    @Test
    void aRealFolderIsTakenOverWithItsIdentityAndProcesses() throws Exception {
        Path real = folder.toRealPath();
        Path model = Files.write(real.resolve("m.bin"), new byte[] {9, 8, 7});
        Files.createSymbolicLink(real.resolve("link"), Path.of("m.bin"));
        kernel.adopt(real);
        FileStatus status = kernel.files().status(real.resolve("link"));
        FileKey key = new FileKey(status.device(), status.inode());
        assertThat(key.inode()).isEqualTo(Files.getAttribute(model, "unix:ino"));
        assertThat(key.device()).isEqualTo(Files.getAttribute(model, "unix:dev"));
        try (OpenFile file = kernel.files().open(model)) {
            ByteBuffer bytes = ByteBuffer.allocate(3);
            kernel.files().read(file, 0, bytes, ReadMode.NORMAL);
            assertThat(bytes.array()).containsExactly(9, 8, 7);
        }

        Path root = Files.createDirectory(real.resolve("root"));
        FakeReader reader = kernel.process(50);
        reader.open(model).read(2);
        kernel.process(51).open(model).map(0, 3);
        kernel.process(51).handles().forEach(FakeHandle::close);
        reader.fork(52);
        kernel.writeProc(root);
        OpenFileScan.Users users = OpenFileScan.scan(root, Set.of(key), 1);
        assertThat(users.opened().get(key)).containsExactlyInAnyOrder(50, 52);
        assertThat(users.mapped().get(key)).containsExactly(51);
        assertThat(users.complete()).isTrue();
        assertThat(DescriptorInfo.read(root, 50, 3).orElseThrow().positionBytes())
                .isEqualTo(2);
        assertThat(ProcessInfo.read(root, 52).orElseThrow().session()).isEqualTo(50);
        assertThat(ProcessInfo.read(root, 52).orElseThrow().parent()).isEqualTo(50);
        assertThat(ProcessMaps.read(root, 51).of(key)).hasSize(1);
        reader.exit();
        kernel.writeProc(root);
        assertThat(ProcessInfo.pids(root)).containsExactly(51, 52);
    }

    private static void assertFails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
