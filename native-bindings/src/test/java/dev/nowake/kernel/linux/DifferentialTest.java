package dev.nowake.kernel.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.ffm.FfmLibC;
import dev.nowake.kernel.jnr.JnrLibC;
import dev.nowake.kernel.libc.LibC;
import dev.nowake.kernel.libc.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both bindings, call by call: the same result, the same errno, the same bytes. */
@Tag("kernel")
class DifferentialTest {
    private static final int SIZE_BYTES = (5 << 20) + 77;

    private final LibC ffm = FfmLibC.open();
    private final LibC jnr = JnrLibC.open();
    private final Arena arena = Arena.ofShared();
    private RealWorld world;
    private Path path;
    private MemorySegment name;
    private int fd;

    @BeforeEach
    void setUp() throws Exception {
        world = RealWorld.of(LinuxKernel.over(ffm));
        path = world.file("models/a.bin", SIZE_BYTES);
        name = Scratch.cString(arena, PathBytes.of(path));
        fd = (int) ffm.open(name.address(), 0);
        assertThat(ffm.pread(fd, memory(4096).address(), 4096, 1 << 20)).isEqualTo(4096);
    }

    @AfterEach
    void tearDown() throws Exception {
        ffm.close(fd);
        arena.close();
        world.close();
    }

    private MemorySegment memory(long bytes) {
        return arena.allocate(bytes, 4096);
    }

    /** A call, and the memory it fills: what it returns and what is in there is compared. */
    private interface Probe {
        long call(LibC libc, MemorySegment out);
    }

    private record Case(String label, int outBytes, Probe probe) {}

    private String answer(LibC libc, Case one) {
        MemorySegment out = memory(Math.max(1, one.outBytes()));
        long result = one.probe().call(libc, out);
        return result + " " + HexFormat.of().formatHex(out.toArray(ValueLayout.JAVA_BYTE));
    }

    @ParameterizedTest
    @EnumSource(SystemCall.class)
    void nonsenseIsRefusedAlike(SystemCall call) {
        assertThat(jnr.call(call, -1, -1, -1, -1, -1, -1)).isEqualTo(ffm.call(call, -1, -1, -1, -1, -1, -1));
    }

    @TestFactory
    List<DynamicTest> sameAnswer() {
        return List.of(
                        new Case("statx", 256, (c, out) -> c.statx(-100, name.address(), 0, 0x7ff, out.address())),
                        new Case("readlink", 4096, this::readlink),
                        new Case("access", 0, (c, out) -> c.access(name.address(), 2)),
                        new Case("pread", 8192, (c, out) -> c.pread(fd, out.address(), 8192, 12_345)),
                        new Case("pread at the end", 100, (c, out) -> c.pread(fd, out.address(), 100, SIZE_BYTES - 7)),
                        new Case("preadv2", 64, this::preadv2),
                        new Case("preadv2 of what is not there", 64, (c, out) -> c.preadv2(fd, 8, 1, 0, 0)),
                        new Case("lseek data", 0, (c, out) -> c.lseek(fd, 0, 3)),
                        new Case("lseek hole", 0, (c, out) -> c.lseek(fd, 0, 4)),
                        new Case("lseek past the end", 0, (c, out) -> c.lseek(fd, 1L << 40, 3)),
                        new Case("readahead", 0, (c, out) -> c.readahead(fd, 1 << 20, 4096)),
                        new Case("posix_fadvise", 0, (c, out) -> c.posixFadvise(fd, 0, 0, 2)),
                        new Case("posix_fadvise of nonsense", 0, (c, out) -> c.posixFadvise(fd, 0, 0, 99)),
                        new Case("posix_fadvise of nothing open", 0, (c, out) -> c.posixFadvise(-1, 0, 0, 2)),
                        new Case("fallocate of what is open for reading", 0, (c, out) -> c.fallocate(fd, 0, 0, 4096)),
                        new Case("cachestat", 56, this::cachestat),
                        new Case("mincore", 2048, this::mincore),
                        new Case("move_pages", 64, this::movePages),
                        new Case("sendfile", 8, this::sendfile),
                        new Case("fstatfs", 120, this::fstatfs),
                        new Case("name_to_handle_at", 256, this::handle),
                        new Case("sched_getaffinity", 1024, (c, out) -> c.schedGetaffinity(0, 1024, out.address())),
                        new Case(
                                "get_mempolicy",
                                256,
                                (c, out) -> c.getMempolicy(out.address(), out.address() + 128, 1024)),
                        new Case("set_mempolicy", 0, (c, out) -> c.setMempolicy(0, 0, 0)),
                        new Case("fcntl getfl", 0, (c, out) -> c.fcntl(fd, 3, 0)),
                        new Case("fcntl lease", 0, this::lease),
                        new Case("ppoll", 32, this::poll),
                        new Case("eventfd", 8, this::eventfd),
                        new Case("fanotify by descriptor", 256, (c, out) -> event(c, out, 0)),
                        new Case("fanotify by name", 256, (c, out) -> event(c, out, LinuxFileEvents.REPORT_DFID_NAME)),
                        new Case("pidfd and process_madvise", 32, this::pageOut),
                        new Case("getpid", 0, (c, out) -> c.getpid()),
                        new Case("gettid", 0, (c, out) -> c.gettid()),
                        new Case("geteuid", 0, (c, out) -> c.geteuid()))
                .stream()
                .map(one -> DynamicTest.dynamicTest(
                        one.label(), () -> assertThat(answer(jnr, one)).isEqualTo(answer(ffm, one))))
                .toList();
    }

    private long readlink(LibC libc, MemorySegment out) {
        byte[] link = ("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII);
        return libc.readlink(Scratch.cString(arena, link).address(), out.address(), 4096);
    }

    private long preadv2(LibC libc, MemorySegment out) {
        MemorySegment vector = memory(16);
        vector.set(ValueLayout.JAVA_LONG, 0, out.address());
        vector.set(ValueLayout.JAVA_LONG, 8, out.byteSize());
        return libc.preadv2(fd, vector.address(), 1, 1 << 20, 0);
    }

    private long cachestat(LibC libc, MemorySegment out) {
        out.set(ValueLayout.JAVA_LONG, 8, SIZE_BYTES);
        long result = libc.cachestat(fd, out.address(), out.address() + 16);
        out.set(ValueLayout.JAVA_LONG, 48, 0); // recently evicted: may age between the two
        return result;
    }

    private long mincore(LibC libc, MemorySegment out) {
        long address = libc.mmap(0, 4 << 20, 1, 1, fd, 0);
        assertThat(address).isPositive();
        long result = libc.mincore(address, 4 << 20, out.address());
        assertThat(libc.munmap(address, 4 << 20)).isZero();
        return result;
    }

    private long movePages(LibC libc, MemorySegment out) {
        long address = libc.mmap(0, 4096, 1, 1, fd, 1 << 20);
        assertThat(libc.madvise(address, 4096, 22)).isZero();
        MemorySegment pages = memory(8);
        pages.set(ValueLayout.JAVA_LONG, 0, address);
        long result = libc.movePages(0, 1, pages.address(), 0, out.address(), 0);
        libc.munmap(address, 4096);
        return result;
    }

    private long sendfile(LibC libc, MemorySegment out) {
        MemorySegment devNull = Scratch.cString(arena, "/dev/null".getBytes(StandardCharsets.US_ASCII));
        int sink = (int) libc.open(devNull.address(), 1);
        long result = libc.sendfile(sink, fd, out.address(), 100_000);
        assertThat(libc.close(sink)).isZero();
        return result;
    }

    /** Type, block size, filesystem id and name length; the free blocks are everybody's. */
    private long fstatfs(LibC libc, MemorySegment out) {
        MemorySegment all = memory(120);
        long result = libc.fstatfs(fd, all.address());
        MemorySegment.copy(all, 0, out, 0, 16);
        MemorySegment.copy(all, 56, out, 56, 24);
        assertThat(libc.statfs(name.address(), all.address())).isEqualTo(result);
        return result;
    }

    private long handle(LibC libc, MemorySegment out) {
        out.set(ValueLayout.JAVA_INT, 0, 128);
        return libc.nameToHandleAt(-100, name.address(), out.address(), out.address() + 200, 0);
    }

    private long lease(LibC libc, MemorySegment out) {
        assertThat(libc.fcntl(fd, 10, 23)).isZero();
        long taken = libc.fcntl(fd, 1024, 1);
        assertThat(libc.fcntl(fd, 1024, 2)).isZero();
        return taken;
    }

    private long poll(LibC libc, MemorySegment out) {
        out.set(ValueLayout.JAVA_INT, 0, fd);
        out.set(ValueLayout.JAVA_SHORT, 4, (short) 1);
        return libc.ppoll(out.address(), 1, out.address() + 8);
    }

    private long eventfd(LibC libc, MemorySegment out) {
        int counter = (int) libc.eventfd(7, OpenFlags.NONBLOCK | OpenFlags.CLOEXEC);
        long read = libc.read(counter, out.address(), 8);
        long again = libc.read(counter, out.address(), 8);
        libc.close(counter);
        return read * 1000 + again;
    }

    /** One open's event. Descriptors differ: the number is blotted out once it is seen to be one. */
    private long event(LibC libc, MemorySegment out, int naming) {
        int group = (int)
                libc.fanotifyInit(LinuxFileEvents.BASE_FLAGS | naming, naming == 0 ? LinuxFileEvents.EVENT_FLAGS : 0);
        byte[] folder = PathBytes.of(path.getParent());
        long marked = libc.fanotifyMark(
                group,
                1,
                FileEvent.OPEN | 0x0800_0000L,
                -100,
                Scratch.cString(arena, folder).address());
        assertThat(marked).isZero();
        libc.close((int) libc.open(name.address(), 0));
        long length = libc.read(group, out.address(), out.byteSize());
        int descriptor = out.get(ValueLayout.JAVA_INT, 16);
        assertThat(descriptor < 0).isEqualTo(naming != 0);
        if (descriptor >= 0) {
            assertThat(libc.close(descriptor)).isZero();
            out.set(ValueLayout.JAVA_INT, 16, 0);
        }
        libc.close(group);
        return length;
    }

    private long pageOut(LibC libc, MemorySegment out) {
        int self = (int) libc.pidfdOpen(libc.getpid());
        long result = libc.processMadvise(self, out.address(), 0, 21);
        assertThat(libc.close(self)).isZero();
        return result;
    }

    @Test
    void portsAnswerAlike() throws Exception {
        LinuxKernel one = LinuxKernel.open(Binding.FFM);
        LinuxKernel other = LinuxKernel.open(Binding.JNR);
        assertThat(one.files().status(path)).isEqualTo(other.files().status(path));
        assertThat(one.placement().affinity(0)).isEqualTo(other.placement().affinity(0));
        for (Feature feature : Feature.values()) {
            assertThat(one.features().whyMissing(feature))
                    .isEqualTo(other.features().whyMissing(feature));
        }
    }
}
