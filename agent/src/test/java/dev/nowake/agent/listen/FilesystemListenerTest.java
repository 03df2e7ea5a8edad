package dev.nowake.agent.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.fake.FakeMount;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Over the fake kernel. What must come in one batch happens before the listener starts to read. */
@Timeout(20)
class FilesystemListenerTest {
    private final FakeKernel kernel = new FakeKernel();
    private final RecordingSink sink = new RecordingSink();
    private final FileClaims claims = new FileClaims();
    private final Counters counters = new Counters();
    private final Path a = kernel.addFile("/models/a.safetensors", 1 << 20);
    private final Path b = kernel.addFile("/models/b.safetensors", 1 << 20);
    private FilesystemListener listener;

    @AfterEach
    void nothingIsLeftBehind() {
        listener.close();
        sink.seen.stream().map(Sighting::file).filter(Objects::nonNull).forEach(OpenFile::close);
        assertThat(kernel.openGroups()).isZero();
        assertThat(kernel.openDescriptors()).isZero();
    }

    @Test
    void anOpenIsSeenWithItsFile() throws KernelException {
        listen(Naming.DESCRIPTOR);
        listener.start();
        kernel.process(100).open(a);
        await().until(() -> sink.seen.size() == 1);
        Sighting sighting = sink.seen.getFirst();
        assertThat(sighting.id()).isEqualTo(id(a));
        assertThat(sighting.isOpen()).isTrue();
        assertThat(sighting.isClose()).isFalse();
        assertThat(sighting.pid()).isEqualTo(100);
        assertThat(kernel.files().status(sighting.file()).sizeBytes()).isEqualTo(1 << 20);
        assertThat(sighting.status().sizeBytes()).isEqualTo(1 << 20);
        assertThat(counters.get(Counter.EVENTS)).isEqualTo(1);
    }

    @Test
    void repetitionsInOneBatchAreOneSighting() throws KernelException {
        kernel.merging(false);
        listen(Naming.DESCRIPTOR);
        for (int i = 0; i < 5; i++) {
            kernel.process(100).open(a);
        }
        kernel.process(100).open(b);
        kernel.process(101).open(b);
        listener.start();
        await().until(() -> sink.seen.size() == 3);
        assertThat(sink.seen).extracting(Sighting::id).containsExactly(id(a), id(b), id(b));
        assertThat(counters.get(Counter.EVENTS)).isEqualTo(7);
        assertThat(counters.get(Counter.EVENTS_COALESCED)).isEqualTo(4);
    }

    @Test
    void theSameActLaterIsSeenAgain() throws KernelException {
        listen(Naming.DESCRIPTOR);
        listener.start();
        kernel.process(100).open(a);
        await().until(() -> sink.seen.size() == 1);
        kernel.process(100).open(a);
        await().until(() -> sink.seen.size() == 2);
        assertThat(counters.get(Counter.EVENTS_COALESCED)).isZero();
    }

    @Test
    void oneDescriptorPerFileHoweverManyOpenIt() throws KernelException {
        listen(Naming.DESCRIPTOR);
        for (int pid = 100; pid < 110; pid++) {
            kernel.process(pid).open(a);
        }
        listener.start();
        await().until(() -> sink.seen.size() == 10);
        assertThat(sink.seen.stream().filter(sighting -> sighting.file() != null))
                .hasSize(1);
        await().until(() -> kernel.openDescriptors() == 1);
        assertThat(claims.size()).isEqualTo(1);

        sink.seen.getFirst().file().close();
        claims.release(id(a));
        kernel.process(111).open(a);
        await().until(() -> sink.seen.size() == 11);
        assertThat(sink.seen.getLast().file()).isNotNull();
    }

    @Test
    void whatWeDoOurselvesIsNotSeen() throws KernelException {
        listen(Naming.DESCRIPTOR);
        kernel.process(Math.toIntExact(ProcessHandle.current().pid())).open(a);
        kernel.process(100).open(b);
        listener.start();
        await().until(() -> counters.get(Counter.EVENTS) == 2 && sink.seen.size() == 1);
        assertThat(sink.seen.getFirst().id()).isEqualTo(id(b));
    }

    @Test
    void whatNobodyWantsCostsNoDescriptor() throws KernelException {
        listen(Naming.DESCRIPTOR);
        sink.unwanted.add(id(a));
        kernel.process(100).open(a);
        kernel.process(100).open(b);
        listener.start();
        await().until(() -> sink.seen.size() == 1);
        assertThat(sink.seen.getFirst().id()).isEqualTo(id(b));
        assertThat(claims.size()).isEqualTo(1);
    }

    @Test
    void lostEventsAreTold() throws KernelException {
        kernel.queueLimit(2);
        listen(Naming.DESCRIPTOR);
        for (int pid = 100; pid < 110; pid++) {
            kernel.process(pid).open(a);
        }
        listener.start();
        await().until(() -> sink.overflows.get() == 1);
        assertThat(counters.get(Counter.OVERFLOWS)).isEqualTo(1);
        assertThat(sink.seen).hasSize(2);
    }

    @Test
    void anEventThatBreaksCostsNeitherItsBatchNorADescriptor() throws KernelException {
        listen(Naming.DESCRIPTOR);
        sink.before = RecordingSink.throwing(1);
        kernel.process(100).open(a);
        kernel.process(100).open(b);
        listener.start();
        await().until(() -> sink.seen.size() == 1);
        assertThat(sink.seen.getFirst().id()).isEqualTo(id(b));
        assertThat(sink.failures).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(claims.size()).isEqualTo(1);
        kernel.process(101).open(a);
        await().until(() -> sink.seen.size() == 2);
        assertThat(sink.seen.getLast().file()).isNotNull();
    }

    @Test
    void callsThatFailAreToldAndTheListenerGoesOn() throws KernelException {
        listen(Naming.DESCRIPTOR);
        kernel.script().failNth("read", 1, Errno.EMFILE);
        kernel.script().failNth("statx", 1, Errno.EIO);
        kernel.process(100).open(a);
        kernel.process(100).open(b);
        listener.start();
        await().until(() -> sink.seen.size() == 1);
        assertThat(sink.failures)
                .extracting(failure -> ((KernelException) failure).errno())
                .containsExactly(Errno.EMFILE, Errno.EIO);
    }

    @Test
    void byNameNothingIsOpenedAndFusePagesStay() throws KernelException {
        kernel.mount(FakeMount.fuse("/fuse", 77));
        Path far = kernel.addFile("/fuse/models/far.gguf", 1 << 20);
        listener = new FilesystemListener(kernel, Naming.HANDLE_AND_NAME, sink, claims, counters, "test");
        listener.watch(far.getParent());
        listener.watch(far.getParent());
        kernel.process(100).open(far).readAll();
        long calls = kernel.script().count("open") + kernel.script().count("fanotify_open");
        listener.start();
        await().until(() -> sink.seen.size() == 1);
        Sighting sighting = sink.seen.getFirst();
        assertThat(sighting.file()).isNull();
        assertThat(sighting.path()).isEqualTo(far);
        assertThat(sighting.id()).isEqualTo(id(far));
        assertThat(listener.naming()).isEqualTo(Naming.HANDLE_AND_NAME);
        assertThat(kernel.residentBytes(far)).isEqualTo(1 << 20);
        assertThat(kernel.script().count("open") + kernel.script().count("fanotify_open"))
                .isEqualTo(calls);
    }

    @Test
    void aForeignFolderIsNotHeard() throws KernelException {
        Path foreign = kernel.addFile("/other/c", 4096);
        listen(Naming.DESCRIPTOR);
        kernel.process(100).open(foreign);
        kernel.process(100).open(a);
        listener.start();
        await().until(() -> sink.seen.size() == 1);
        assertThat(counters.get(Counter.EVENTS)).isEqualTo(1);
    }

    private void listen(Naming naming) throws KernelException {
        listener = new FilesystemListener(kernel, naming, sink, claims, counters, "test");
        for (Path folder : List.of(a.getParent())) {
            listener.watch(folder);
        }
    }

    private FileId id(Path path) throws KernelException {
        var status = kernel.files().status(path);
        return new FileId(status.device(), status.inode());
    }
}
