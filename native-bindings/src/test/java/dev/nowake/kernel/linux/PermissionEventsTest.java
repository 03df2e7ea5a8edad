package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PermissionEvents.Kind;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.PermissionGroup.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Permission events against real processes that are held back. */
@Tag("kernel")
@ParameterizedClass
@EnumSource(names = {"FFM", "JNR"})
class PermissionEventsTest {
    private static final int SIZE_BYTES = 64 << 10;

    @Parameter
    Binding binding;

    private final List<Process> processes = new ArrayList<>();
    private final List<PermissionGroup> groups = new ArrayList<>();
    private Kernel kernel;
    private RealWorld world;
    private Path path;

    @BeforeEach
    void setUp() throws Exception {
        kernel = LinuxKernel.open(binding);
        world = RealWorld.of(kernel);
        path = world.file("held.bin", SIZE_BYTES);
    }

    @AfterEach
    void tearDown() throws Exception {
        groups.forEach(PermissionGroup::close);
        processes.forEach(Process::destroyForcibly);
        world.close();
    }

    private PermissionGroup marked(Kind kind, long mask) throws KernelException {
        PermissionGroup group = kernel.permissionEvents().open(kind);
        groups.add(group);
        try (OpenFile file = kernel.files().open(path)) {
            group.mark(file, mask);
        }
        return group;
    }

    /** Reads the page at an offset with dd, which tells what its read said. */
    private Process reader(int page) throws IOException {
        Process process = new ProcessBuilder(
                        "dd", "if=" + path, "bs=4096", "count=1", "skip=" + page, "status=none", "of=/dev/null")
                .redirectErrorStream(true)
                .start();
        processes.add(process);
        return process;
    }

    private static String said(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return (process.waitFor() + " " + text).strip();
    }

    private record Held(int event, Request request) {}

    private static Held next(PermissionGroup group) throws KernelException {
        List<Held> all = new ArrayList<>();
        for (int i = 0; i < 100 && all.isEmpty(); i++) {
            group.read(100, 1, (event, request) -> all.add(new Held(event, request)));
        }
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    /** Until it is woken. */
    private static void answer(PermissionGroup group) {
        try {
            while (group.read(-1, 8, (event, request) -> group.allow(event)) > 0) {}
        } catch (KernelException closed) {
            return;
        }
    }

    @Test
    void theKernelHasThem() {
        assertThat(kernel.features().whyMissing(Feature.OPEN_PERMISSION)).isNull();
        assertThat(kernel.features().whyMissing(Feature.PRE_ACCESS)).isNull();
    }

    @Test
    void aReadWaitsForItsAnswerAndSaysWhatItWants() throws Exception {
        PermissionGroup group = marked(Kind.RANGES, PermissionGroup.ACCESS);
        Process reader = reader(3);
        Held held = next(group);
        assertThat(held.request().mask()).isEqualTo(PermissionGroup.ACCESS);
        assertThat(held.request().offsetBytes()).isEqualTo(3 * 4096);
        assertThat(held.request().lengthBytes()).isEqualTo(4096);
        assertThat(held.request().pid()).isEqualTo((int) reader.pid());
        assertThat(held.request().file().inode())
                .isEqualTo(kernel.files().status(path).inode());
        assertThat(reader.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
        group.allow(held.event());
        assertThat(said(reader)).isEqualTo("0");
    }

    @Test
    void anOpenWaits() throws Exception {
        PermissionGroup group = marked(Kind.OPENS, PermissionGroup.OPEN);
        Process reader = reader(0);
        Held held = next(group);
        assertThat(held.request().mask()).isEqualTo(PermissionGroup.OPEN);
        group.deny(held.event(), Errno.EPERM);
        assertThat(said(reader)).startsWith("1").contains("Operation not permitted");
    }

    @Test
    void aDenialCarriesItsErrno() throws Exception {
        PermissionGroup group = marked(Kind.RANGES, PermissionGroup.ACCESS);
        Process io = reader(0);
        group.deny(next(group).event(), Errno.EIO);
        assertThat(said(io)).contains("Input/output error");
        Process full = reader(0);
        group.deny(next(group).event(), Errno.ENOSPC);
        assertThat(said(full)).contains("No space left");
        Process other = reader(0);
        group.deny(next(group).event(), Errno.ESTALE); // which the kernel passes on to nobody
        assertThat(said(other)).contains("Operation not permitted");
    }

    /** The whole point: while the reader waits, its bytes are written, by accesses that are let through. */
    @Test
    void bytesAreWrittenWhileTheirReaderWaits() throws Exception {
        PermissionGroup group = marked(Kind.RANGES, PermissionGroup.ACCESS);
        Process reader = new ProcessBuilder("od", "-An", "-tu1", "-j4096", "-N1", path.toString()).start();
        processes.add(reader);
        Held held = next(group);
        int self = (int) ProcessHandle.current().pid();
        AtomicInteger others = new AtomicInteger();
        Thread answering = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (group.read(-1, 8, (event, request) -> {
                            if (request.pid() != self) {
                                others.incrementAndGet();
                            }
                            group.allow(event);
                        })
                        > 0) {}
            } catch (KernelException closed) {
                return;
            }
        });
        try (OpenFile file = kernel.fileSpace().openForWriting(path)) {
            kernel.bulkFiles().write(file, 0, ByteBuffer.allocateDirect(8192).put(4096, (byte) 77));
            kernel.fileSpace().sync(file);
        }
        assertThat(reader.isAlive()).isTrue();
        group.allow(held.event());
        assertThat(said(reader)).matches("0 +77");
        group.wake();
        answering.join();
    }

    /** As containers see their models. */
    @Test
    void readersBelowAReadOnlyMountAreAskedForToo() throws Exception {
        PermissionGroup group = marked(Kind.RANGES, PermissionGroup.ACCESS | PermissionGroup.OPEN);
        Process reader = new ProcessBuilder(
                        "unshare",
                        "-m",
                        "sh",
                        "-c",
                        "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && od -An -tu1 -N1 \"$1\"",
                        path.getParent().toString(),
                        path.toString())
                .redirectErrorStream(true)
                .start();
        processes.add(reader);
        Held open = next(group);
        assertThat(open.request().mask()).isEqualTo(PermissionGroup.OPEN);
        group.allow(open.event());
        Held read = next(group);
        assertThat(read.request().mask()).isEqualTo(PermissionGroup.ACCESS);
        group.allow(read.event());
        while (reader.isAlive()) {
            group.read(10, 1, (event, request) -> group.allow(event));
        }
        assertThat(said(reader)).matches("0 +0");
    }

    @Test
    void aSecondAnswerIsNone() throws Exception {
        PermissionGroup group = marked(Kind.RANGES, PermissionGroup.ACCESS);
        Process reader = reader(0);
        int event = next(group).event();
        group.allow(event);
        assertThat(said(reader)).isEqualTo("0");
        try (OpenFile sameNumber = kernel.files().open(world.file("other.bin", 4096))) {
            group.allow(event);
            group.deny(event, Errno.EIO);
            assertThat(kernel.files().status(sameNumber).sizeBytes()).isEqualTo(4096);
        }
    }

    /** Else a process that is killed could not end while somebody waits for the other group, which another process keeps. */
    @Test
    void aGroupClosesThoughAnOpenerWaitsForAnotherOne() throws Exception {
        PermissionGroup closing = marked(Kind.OPENS, PermissionGroup.OPEN);
        PermissionGroup kept = kernel.permissionEvents().open(Kind.RANGES);
        groups.add(kept);
        Thread own = Thread.ofPlatform().daemon().start(() -> answer(closing));
        try (OpenFile file = kernel.files().open(path)) {
            kept.mark(file, PermissionGroup.OPEN);
        }
        closing.wake();
        own.join();
        Process reader = reader(0);
        int event = next(kept).event();
        Thread close = Thread.ofPlatform().daemon().start(closing::close);
        assertThat(close.join(Duration.ofSeconds(10))).isTrue();
        assertThat(reader.isAlive()).isTrue();
        kept.allow(event);
        assertThat(said(reader)).isEqualTo("0");
    }

    /** A write lease needs that nobody has the file open, and the event has brought a descriptor of it. */
    @Test
    void whoGoesOnIsAloneWithTheFile() throws Exception {
        PermissionGroup group = marked(Kind.RANGES, PermissionGroup.OPEN);
        Thread answering = Thread.ofPlatform().daemon().start(() -> answer(group));
        for (int i = 0; i < 500; i++) {
            try (OpenFile file = kernel.files().open(path)) {
                assertThat(kernel.leases().heldElsewhere(file)).as("open " + i).isFalse();
            }
        }
        group.wake();
        answering.join();
    }

    @Test
    void withoutItsMarkNobodyWaits() throws Exception {
        PermissionGroup group = marked(Kind.RANGES, PermissionGroup.ACCESS);
        try (OpenFile file = kernel.files().open(path)) {
            group.unmark(file, PermissionGroup.ACCESS);
            group.unmark(file, PermissionGroup.ACCESS);
        }
        assertThat(said(reader(0))).isEqualTo("0");
        assertThat(group.read(0, 1, (event, request) -> {})).isZero();
    }

    @Test
    void whoWaitsGoesOnWhenTheGroupCloses() throws Exception {
        PermissionGroup group = marked(Kind.RANGES, PermissionGroup.ACCESS);
        Process answeredNever = reader(0);
        next(group);
        Process unread = reader(1);
        assertThat(unread.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
        group.close();
        assertThat(said(answeredNever)).isEqualTo("0");
        assertThat(said(unread)).isEqualTo("0");
    }

    @Test
    void anAbandonedGroupHoldsNobodyThoughItsReaderHangs() throws Exception {
        PermissionGroup group = marked(Kind.RANGES, PermissionGroup.ACCESS);
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        Process reader = reader(0);
        Thread stuck = Thread.ofPlatform().start(() -> {
            try {
                group.read(10_000, 1, (event, request) -> {
                    hangs.countDown();
                    try {
                        end.await();
                    } catch (InterruptedException over) {
                        Thread.currentThread().interrupt();
                    }
                });
            } catch (KernelException closed) {
                // as it should be
            }
        });
        hangs.await();
        group.abandon();
        group.abandon();
        assertThat(said(reader)).isEqualTo("0");
        end.countDown();
        stuck.join();
    }

    @Test
    void aGroupOutlivesItsOwnerInAnotherProcessAndIsTakenOver() throws Exception {
        PermissionGroup first = marked(Kind.RANGES, PermissionGroup.ACCESS);
        Process keeper = first.lend(new ProcessBuilder("sleep", "60"));
        processes.add(keeper);
        Process taken = reader(0);
        int number = next(first).event();
        Process takenToo = reader(2);
        int answeredByNumber = next(first).event();
        Process unread = reader(1);
        assertThat(unread.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();
        first.close();
        assertThat(taken.waitFor(50, TimeUnit.MILLISECONDS)).isFalse();

        PermissionGroup second = kernel.permissionEvents().takeOver((int) keeper.pid(), 0);
        groups.add(second);
        keeper.destroyForcibly().waitFor();
        second.inherit(number);
        second.inherit(answeredByNumber);
        assertThat(second.answerInherited(answeredByNumber, null)).isTrue();
        assertThat(said(takenToo)).isEqualTo("0");
        assertThat(second.answerInherited(answeredByNumber, null)).isFalse();
        assertThat(second.answerInherited(number, Errno.EIO)).isTrue();
        assertThat(said(taken)).contains("Input/output error");
        second.allow(next(second).event());
        assertThat(said(unread)).isEqualTo("0");
        Process later = reader(4);
        second.allow(next(second).event());
        assertThat(said(later)).isEqualTo("0");
    }

    @Test
    void onlyAGroupIsTakenOver() throws Exception {
        Process other = new ProcessBuilder("sleep", "60").start();
        processes.add(other);
        int pid = (int) other.pid();
        assertThatThrownBy(() -> kernel.permissionEvents().takeOver(pid, 0)).hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> kernel.permissionEvents().takeOver(pid, 77)).hasMessageContaining("EBADF");
        other.destroyForcibly().waitFor();
        assertThatThrownBy(() -> kernel.permissionEvents().takeOver(pid, 0)).hasMessageContaining("ESRCH");
    }

    @Test
    void roomIsGivenAndTaken() throws Exception {
        long blocks = kernel.files().status(path).allocatedBytes();
        assertThat(blocks).isPositive();
        try (OpenFile file = kernel.fileSpace().openForWriting(path)) {
            kernel.fileSpace().punch(file, 0, SIZE_BYTES);
            assertThat(kernel.files().status(path).allocatedBytes()).isZero();
            assertThat(Files.readAllBytes(path)).isEqualTo(new byte[SIZE_BYTES]);
            kernel.fileSpace().allocate(file, 0, SIZE_BYTES);
            assertThat(kernel.files().status(path).allocatedBytes()).isGreaterThanOrEqualTo(SIZE_BYTES);
            assertThat(Files.size(path)).isEqualTo(SIZE_BYTES);
        }
        Path link = Files.createSymbolicLink(path.resolveSibling("link"), path);
        assertThatThrownBy(() -> kernel.fileSpace().openForWriting(link)).hasMessageContaining("ELOOP");
    }
}
