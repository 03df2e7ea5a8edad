package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.EventGroup.Scope;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.FileAccess.ReadMode;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.PermissionEvents.Kind;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.Residency;
import dev.nowake.kernel.ThreadPlacement.Memory;
import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.libc.SystemCall;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Any call may fail with anything. What then comes is a KernelException or a smaller answer, and no descriptor stays. */
@Tag("kernel")
class FailingCallsTest {
    private static final List<Errno> BAD_DAYS = List.of(Errno.EIO, Errno.ENOMEM, Errno.EMFILE, Errno.EPERM);

    private final FailingLibC libc = new FailingLibC(FfmLibC.open());
    private final Kernel kernel = LinuxKernel.over(libc);
    private RealWorld world;
    private Path path;
    private Path written;
    private NotifySocket socket;

    @BeforeEach
    void setUp() throws Exception {
        world = RealWorld.of(kernel);
        path = world.file("models/a.bin", 64 << 10);
        written = world.file("written.bin", 10); // its page is dirty afterwards
        socket = NotifySocket.bind(
                "@nowake-failing-calls-" + ProcessHandle.current().pid());
    }

    @AfterEach
    void tearDown() throws Exception {
        libc.heal();
        socket.close();
        world.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = SystemCall.class,
            mode = Mode.EXCLUDE,
            names = {"CLOSE", "MUNMAP", "GETPID", "GETTID", "GETEUID", "FACCESSAT", "BIND", "RECVFROM", "SETRESUID"})
    void everyPortBearsAFailureOf(SystemCall call) throws Exception {
        assumeTrue(
                call != SystemCall.FSTATFS || kernel.features().has(Feature.CACHESTAT), "asked after cachestat alone");
        List<String> refusedAnyway = messages(everythingOnce()); // opens what is opened once and kept
        List<String> before = descriptors();
        for (Errno errno : BAD_DAYS) {
            int failedBefore = libc.failed();
            libc.fail(call, errno);
            List<String> refusals = messages(everythingOnce());
            libc.heal();
            assertThat(libc.failed()).isGreaterThan(failedBefore);
            refusals.removeAll(refusedAnyway); // an old kernel's own
            assertThat(refusals).allSatisfy(refusal -> assertThat(refusal).contains(errno.symbol()));
            assertThat(descriptors()).hasSameSizeAs(before);
        }
    }

    private static List<String> messages(List<KernelException> refusals) {
        return refusals.stream().map(Throwable::getMessage).collect(Collectors.toCollection(ArrayList::new));
    }

    private static List<String> descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(Path::toString).toList();
        }
    }

    private interface Attempt {
        void make() throws KernelException;
    }

    private List<KernelException> everythingOnce() {
        List<KernelException> refusals = new ArrayList<>();
        attempt(refusals, () -> withFile(refusals));
        attempt(refusals, () -> {
            try (OpenFile file = kernel.fileSpace().openForWriting(written)) {
                kernel.bulkFiles().write(file, 0, ByteBuffer.allocate(1));
            }
        });
        attempt(refusals, () -> kernel.bulkFiles().openDirect(path).close());
        for (Naming naming : Naming.values()) {
            attempt(refusals, () -> withGroup(refusals, naming));
        }
        attempt(refusals, () -> withPermissionGroup(refusals));
        attempt(refusals, () -> {
            try (OpenFile file = kernel.fileSpace().openForWriting(path)) {
                attempt(refusals, () -> kernel.fileSpace().allocate(file, 0, 4096));
                attempt(refusals, () -> kernel.fileSpace().reserve(file, 0, 4096));
                attempt(refusals, () -> kernel.fileSpace().tryLock(file));
                attempt(refusals, () -> kernel.fileSpace().sync(file));
            }
        });
        attempt(refusals, () -> kernel.files().status(path));
        attempt(refusals, () -> kernel.placement().runOn(kernel.placement().affinity(0)));
        attempt(refusals, () -> kernel.placement().allocateFrom(Memory.DEFAULT, new BitSet()));
        attempt(refusals, () -> {
            try (OpenFile self = kernel.foreignMemory()
                    .openProcess((int) ProcessHandle.current().pid())) {
                attempt(refusals, () -> kernel.foreignMemory().hasExited(self));
                attempt(refusals, () -> kernel.foreignMemory().pageOut(self, 0, 0));
            }
        });
        attempt(refusals, () -> kernel.nodeMemory().reclaim(0, 4096));
        attempt(refusals, () -> {
            try (OpenFile self = kernel.foreignMemory()
                    .openPageTable((int) ProcessHandle.current().pid())) {
                attempt(refusals, () -> kernel.foreignMemory().present(self, 0, 4096));
            }
        });
        attempt(refusals, () -> kernel.serviceManager().notify(socket.name(), "READY=1"));
        withMounts(refusals);
        FeatureProbe.of(libc);
        return refusals;
    }

    private void withPermissionGroup(List<KernelException> refusals) throws KernelException {
        try (PermissionGroup group = kernel.permissionEvents().open(Kind.RANGES);
                OpenFile file = kernel.files().open(path)) {
            attempt(refusals, () -> group.mark(file, PermissionGroup.ACCESS));
            attempt(refusals, () -> group.unmark(file, PermissionGroup.ACCESS));
            attempt(refusals, () -> group.read(0, 1, (event, request) -> group.allow(event)));
            attempt(refusals, () -> {
                try {
                    group.lend(new ProcessBuilder("true")
                                    .redirectOutput(Redirect.DISCARD)
                                    .redirectError(Redirect.DISCARD))
                            .waitFor();
                } catch (KernelException refused) {
                    throw refused;
                } catch (IOException | InterruptedException unexpected) {
                    throw new AssertionError(unexpected);
                }
            });
        }
        attempt(
                refusals,
                () -> kernel.permissionEvents()
                        .takeOver((int) ProcessHandle.current().pid(), 0)
                        .close());
    }

    private void withFile(List<KernelException> refusals) throws KernelException {
        PageCache cache = kernel.pageCache();
        long all = Long.MAX_VALUE;
        try (OpenFile file = kernel.files().open(path)) {
            attempt(refusals, () -> kernel.files().status(file));
            attempt(refusals, () -> kernel.files().path(file));
            attempt(refusals, () -> kernel.files().dataExtents(file, 0, all));
            for (ReadMode mode : ReadMode.values()) {
                attempt(refusals, () -> kernel.files().read(file, 0, ByteBuffer.allocate(10), mode));
            }
            attempt(refusals, () -> cache.evict(file, 0, all));
            attempt(refusals, () -> cache.residency(file, 0, all));
            attempt(refusals, () -> cache.populate(file, 0, all));
            attempt(refusals, () -> cache.residency(file, 0, all));
            attempt(refusals, () -> cache.residentExtents(file, 0, all));
            attempt(refusals, () -> cache.nodes(file, new long[] {0, 8192}));
            attempt(refusals, () -> cache.adviseSequential(file));
            attempt(refusals, () -> cache.evict(file, 0, all));
            attempt(refusals, () -> cache.readahead(file, 0, all));
            attempt(refusals, () -> cache.sendfile(file, 0, all));
            attempt(refusals, () -> cache.readThrough(file, 0, all));
            attempt(refusals, () -> kernel.leases().heldElsewhere(file));
        }
    }

    /** On a thread of its own, with which its mounts go. */
    private void withMounts(List<KernelException> refusals) {
        Thread apart = Thread.ofPlatform()
                .start(() -> attempt(refusals, () -> {
                    kernel.mounts().separate();
                    attempt(refusals, () -> kernel.mounts().bind(path, path));
                    attempt(refusals, () -> kernel.mounts().unmount(path));
                }));
        try {
            apart.join();
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    private void withGroup(List<KernelException> refusals, Naming naming) throws KernelException {
        try (EventGroup group = kernel.fileEvents().open(naming)) {
            attempt(refusals, () -> group.mark(Scope.DIRECTORY, path.getParent(), FileEvent.OPEN));
            attempt(refusals, () -> kernel.files().open(path).close());
            attempt(refusals, () -> group.read(0, event -> {}));
            attempt(refusals, () -> group.handleOf(path.getParent()));
            attempt(refusals, () -> group.unmark(Scope.DIRECTORY, path.getParent(), FileEvent.OPEN));
        }
    }

    private static void attempt(List<KernelException> refusals, Attempt attempt) {
        try {
            attempt.make();
        } catch (KernelException refused) {
            refusals.add(refused);
        }
    }

    @Test
    void residencyIsUnknownWhereCachestatRefuses() throws Exception {
        libc.fail(SystemCall.CACHESTAT, Errno.EPERM);
        try (OpenFile file = kernel.files().open(path)) {
            assertThat(kernel.pageCache().residency(file, 0, 10)).isEqualTo(Residency.UNKNOWN);
        }
    }

    @Test
    void anEventThatCouldNotBeOpenedIsAnOverflow() throws Exception {
        List<Long> masks = new ArrayList<>();
        try (EventGroup group = kernel.fileEvents().open(Naming.DESCRIPTOR)) {
            group.mark(Scope.DIRECTORY, path.getParent(), FileEvent.OPEN);
            world.openInAnotherProcess(path);
            libc.fail(SystemCall.READ, Errno.EMFILE);
            assertThat(group.read(10_000, event -> masks.add(event.mask()))).isEqualTo(1);
        }
        assertThat(masks).containsExactly(FileEvent.OVERFLOW);
    }

    @Test
    void groupsWithoutErrorsInDescriptorsStillOpen() throws Exception {
        FailingLibC before613 = new FailingLibC(FfmLibC.open()) {
            @Override
            public long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
                boolean unknownFlag = call == SystemCall.FANOTIFY_INIT && (a & 0x2000) != 0;
                return unknownFlag ? -Errno.EINVAL.number() : super.call(call, a, b, c, d, e, f);
            }
        };
        try (EventGroup group = LinuxKernel.over(before613).fileEvents().open(Naming.DESCRIPTOR)) {
            group.mark(Scope.DIRECTORY, path.getParent(), FileEvent.OPEN);
            world.openInAnotherProcess(path);
            assertThat(group.read(10_000, event -> {})).isPositive();
        }
    }

    /** As where java itself lies on FUSE. */
    @Test
    void oneFilesystemsNoIsNotTheKernels() {
        int[] asked = new int[1];
        FailingLibC firstSaysNo = new FailingLibC(FfmLibC.open()) {
            @Override
            public long call(SystemCall call, long a, long b, long c, long d, long e, long f) {
                boolean nowait = call == SystemCall.PREADV2 && f == 0x8;
                return nowait && asked[0]++ == 0 ? -Errno.EOPNOTSUPP.number() : super.call(call, a, b, c, d, e, f);
            }
        };
        assertThat(FeatureProbe.of(firstSaysNo).has(Feature.PREADV2_NOWAIT)).isTrue();
        assertThat(asked[0]).isEqualTo(2);
    }

    @Test
    void aMissingCallIsAMissingFeatureWithItsReason() {
        for (SystemCall call : Set.of(SystemCall.values())) {
            libc.fail(call, Errno.ENOSYS);
        }
        Features features = FeatureProbe.of(libc);
        for (Feature feature : Feature.values()) {
            assertThat(features.has(feature)).as(feature.name()).isFalse();
            assertThat(features.whyMissing(feature)).contains("ENOSYS");
        }
    }
}
