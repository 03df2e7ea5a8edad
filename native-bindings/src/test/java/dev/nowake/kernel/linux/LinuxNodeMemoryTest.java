package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.libc.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a made-up tree, whose files keep what is written to them. */
class LinuxNodeMemoryTest {
    @TempDir
    private Path root;

    private final FailingLibC libc = new FailingLibC(FfmLibC.open());
    private LinuxNodeMemory memory;
    private Path node;

    @BeforeEach
    void setUp() throws Exception {
        memory = new LinuxNodeMemory(libc, root);
        node = Files.createDirectories(root.resolve("sys/devices/system/node/node3"));
        put("sys/devices/system/node/online", "3\n");
        put("sys/devices/system/node/node3/reclaim", "");
        put("sys/devices/system/node/node3/compact", "");
        freeKilobytes(1000);
    }

    private void put(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void freeKilobytes(long kilobytes) throws IOException {
        put("sys/devices/system/node/node3/meminfo", "Node 3 MemFree: " + kilobytes + " kB\n");
    }

    /** The kernel's answer to a write, and what has changed by then. */
    private LinuxNodeMemory answering(Errno errno, String file, String text) {
        return new LinuxNodeMemory(
                new FailingLibC(FfmLibC.open()) {
                    @Override
                    public long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
                        if (call != SystemCall.WRITE) {
                            return super.call(call, a, b, c, d, e, f);
                        }
                        try {
                            put(file, text);
                        } catch (IOException failed) {
                            throw new UncheckedIOException(failed);
                        }
                        return -errno.number();
                    }
                },
                root);
    }

    @Test
    void theKernelIsToldTheBytesAndToSpareAnonymousMemory() throws Exception {
        assertThat(memory.reclaim(3, 8 << 20)).isEqualTo(8 << 20);
        assertThat(node.resolve("reclaim")).hasContent("8388608 swappiness=0");
        memory.compact(3);
        assertThat(node.resolve("compact")).hasContent("1");
    }

    @Test
    void whereLessWasToBeHadTheKernelsCounterTellsHowMuch() throws Exception {
        put("proc/vmstat", "pgsteal_proactive 100\n");
        LinuxNodeMemory short512 = answering(Errno.EAGAIN, "proc/vmstat", "pgsteal_proactive 612\n");
        assertThat(short512.reclaim(3, 8 << 20)).isEqualTo(512L * Pages.SIZE_BYTES);
        LinuxNodeMemory others = answering(Errno.EAGAIN, "proc/vmstat", "pgsteal_proactive 99999999\n");
        assertThat(others.reclaim(3, 8 << 20)).isEqualTo(8 << 20);
        LinuxNodeMemory signalled = answering(Errno.EINTR, "proc/vmstat", "pgsteal_proactive 99999999\n");
        assertThat(signalled.reclaim(3, 8 << 20)).isZero();
    }

    @Test
    void whereThereIsNoCounterFreeMemoryTells() throws Exception {
        String meminfo = "sys/devices/system/node/node3/meminfo";
        assertThat(answering(Errno.EAGAIN, meminfo, "Node 3 MemFree: 1600 kB\n").reclaim(3, 8 << 20))
                .isEqualTo(600 << 10);
        assertThat(answering(Errno.EAGAIN, meminfo, "Node 3 MemFree: 10 kB\n").reclaim(3, 8 << 20))
                .isZero();
    }

    @Test
    void refusalsKeepTheirErrno() throws Exception {
        libc.fail(SystemCall.WRITE, Errno.EBUSY);
        assertFails(Errno.EBUSY, () -> memory.reclaim(3, 1 << 20));
        assertFails(Errno.EBUSY, () -> memory.compact(3));
        libc.heal();
        Files.delete(node.resolve("reclaim"));
        assertFails(Errno.ENOENT, () -> memory.reclaim(3, 1 << 20));
        assertFails(Errno.ENOENT, () -> memory.compact(0));
        assertThat(memory.probeReclaim()).isEqualTo(-Errno.ENOENT.number());
        assertThat(memory.probeCompact()).isPositive();
    }

    @Test
    void probingWritesNothing() {
        assertThat(memory.probeReclaim()).isPositive();
        assertThat(memory.probeCompact()).isPositive();
        assertThat(node.resolve("reclaim")).isEmptyFile();
        assertThat(node.resolve("compact")).isEmptyFile();
    }

    @Test
    void aKernelWithoutNodesIsCompactedWhole(@TempDir Path flat) throws Exception {
        Path control = Files.createDirectories(flat.resolve("proc/sys/vm")).resolve("compact_memory");
        Files.createFile(control);
        LinuxNodeMemory whole = new LinuxNodeMemory(libc, flat);
        assertThat(whole.probeCompact()).isPositive();
        whole.compact(0);
        assertThat(control).hasContent("1");
        assertFails(Errno.ENOENT, () -> whole.compact(1));
    }

    private static void assertFails(Errno errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
