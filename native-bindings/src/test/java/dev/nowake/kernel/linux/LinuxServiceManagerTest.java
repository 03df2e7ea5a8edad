package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ServiceManager;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxServiceManagerTest {
    private final ServiceManager manager = LinuxKernel.open(Binding.FFM).serviceManager();

    @Test
    void reachesAPath() throws Exception {
        // Not in a temporary folder of the build: a socket's path holds 108 bytes.
        Path folder = Files.createTempDirectory("nowake");
        Path path = folder.resolve("notify");
        try (NotifySocket socket = NotifySocket.bind(path.toString())) {
            manager.notify(socket.name(), "READY=1\nSTATUS=Ünïcode\n");
            manager.notify(socket.name(), "STOPPING=1");
            assertThat(socket.receive()).isEqualTo("READY=1\nSTATUS=Ünïcode\n");
            assertThat(socket.receive()).isEqualTo("STOPPING=1");
        } finally {
            Files.deleteIfExists(path);
            Files.delete(folder);
        }
    }

    @Test
    void reachesAnAbstractName() throws Exception {
        String name = "@nowake-test-" + ProcessHandle.current().pid();
        try (NotifySocket socket = NotifySocket.bind(name)) {
            manager.notify(name, "WATCHDOG=1");
            assertThat(socket.receive()).isEqualTo("WATCHDOG=1");
        }
    }

    @Test
    void saysWhenNobodyListens() {
        assertThatThrownBy(() -> manager.notify("/no/such/socket", "READY=1"))
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "@", "relative", "vsock:2:1234"})
    void refusesOtherAddresses(String address) {
        assertThatThrownBy(() -> manager.notify(address, "READY=1"))
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
    }

    @Test
    void refusesNamesTooLongForASocket() throws Exception {
        String longest = "@" + "x".repeat(107);
        try (NotifySocket socket = NotifySocket.bind(longest)) {
            manager.notify(longest, "READY=1");
            assertThat(socket.receive()).isEqualTo("READY=1");
        }
        assertThatThrownBy(() -> manager.notify(longest + "x", "READY=1")).isInstanceOf(KernelException.class);
    }
}
