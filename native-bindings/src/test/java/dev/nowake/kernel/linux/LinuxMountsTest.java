package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Mounts;
import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mounts of a thread's own: seen by it and by what it starts, by nobody else. */
@Tag("kernel")
class LinuxMountsTest {
    @TempDir
    Path folder;

    private Path source;
    private Path target;

    @BeforeEach
    void folders() throws IOException {
        // a name that is no text, with all that /proc/mounts escapes
        byte[] odd = (folder + "/s p\tn\nb\\").getBytes(StandardCharsets.UTF_8);
        byte[] bytes = java.util.Arrays.copyOf(odd, odd.length + 1);
        bytes[odd.length] = (byte) 0xff;
        source = Files.createDirectory(PathBytes.path(bytes));
        target = Files.createDirectory(folder.resolve("target"));
        Files.writeString(source.resolve("file"), "there");
    }

    private static <T> T apart(Callable<T> work) throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            return thread.submit(work).get();
        }
    }

    private static Mounts mounts(Binding binding) {
        return LinuxKernel.open(binding).mounts();
    }

    @ParameterizedTest
    @EnumSource(
            value = Binding.class,
            names = {"FFM", "JNR"})
    void whatAThreadMountsIsItsOwnAndItsChildrens(Binding binding) throws Exception {
        Mounts mounts = mounts(binding);
        apart(() -> {
            mounts.separate();
            mounts.bind(source, target);
            assertThat(target.resolve("file")).hasContent("there");
            Process child = new ProcessBuilder("cat", target.resolve("file").toString()).start();
            assertThat(child.inputReader().readLine()).isEqualTo("there");
            assertThat(apart(() -> Files.exists(target.resolve("file"))))
                    .as("a thread it starts sees it")
                    .isTrue();
            return null;
        });
        assertThat(target.resolve("file")).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(target.toString());
    }

    @ParameterizedTest
    @EnumSource(
            value = Binding.class,
            names = {"FFM", "JNR"})
    void memoryIsMountedAndUnmounted(Binding binding) throws Exception {
        Mounts mounts = mounts(binding);
        apart(() -> {
            mounts.separate();
            mounts.mountMemory(target);
            Path file = Files.writeString(target.resolve("file"), "in memory");
            try (var held = Files.newInputStream(file)) {
                assertThat(held.read()).isEqualTo('i');
                refused(Errno.EBUSY, () -> mounts.unmount(target));
            }
            mounts.unmount(target);
            assertThat(file).doesNotExist();
            refused(Errno.EINVAL, () -> mounts.unmount(target));
            return null;
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Binding.class,
            names = {"FFM", "JNR"})
    void whatCannotBeMountedIsRefused(Binding binding) throws Exception {
        Mounts mounts = mounts(binding);
        Path file = Files.write(folder.resolve("noImage"), new byte[8192]);
        apart(() -> {
            mounts.separate();
            refused(Errno.ENOTBLK, () -> mounts.mount(file, target, "ext4", ""));
            refused(Errno.ENODEV, () -> mounts.mount(file, target, "nosuchfs", ""));
            refused(Errno.ENOENT, () -> mounts.bind(folder.resolve("nothing"), target));
            return null;
        });
    }

    private interface Call {
        void run() throws KernelException;
    }

    private static void refused(Errno errno, Call call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
