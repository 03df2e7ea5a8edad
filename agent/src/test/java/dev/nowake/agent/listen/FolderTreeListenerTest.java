package dev.nowake.agent.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.fake.FakeKernel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FolderTreeListenerTest {
    private static final int PID = 100;

    private final FakeKernel kernel = new FakeKernel().merging(false);
    private final RecordingSink sink = new RecordingSink();
    private final Path models = kernel.addFolder("/models");
    private final Path deep = kernel.addFolder("/models/deep");
    private FolderTreeListener listener;

    @BeforeEach
    void listen() throws KernelException {
        listener = new FolderTreeListener(kernel, sink);
        listener.watch(models);
        listener.watch(deep);
    }

    @AfterEach
    void nothingIsLeftBehind() {
        listener.close();
        assertThat(kernel.openGroups()).isZero();
        assertThat(kernel.openDescriptors()).isZero();
    }

    @Test
    void whatComesGoesAndMovesChangesItsFolder() throws KernelException {
        kernel.makeFolder("/models/new", PID);
        kernel.process(PID).openForWriting(deep.resolve("x.gguf"));
        kernel.rename(deep.resolve("x.gguf"), models.resolve("y.gguf"), PID);
        kernel.delete(models.resolve("y.gguf"), PID);
        listener.start();
        await().until(() -> sink.changed.size() == 5);
        assertThat(sink.changed).containsExactly(models, deep, deep, models, models);
    }

    @Test
    void readersAndForeignFoldersAreNotHeard() throws KernelException {
        Path file = kernel.addFile("/models/a.gguf", 4096);
        kernel.process(PID).open(file).readAll();
        kernel.makeFolder("/elsewhere/new", PID);
        kernel.makeFolder("/models/last", PID);
        listener.start();
        await().until(() -> !sink.changed.isEmpty());
        assertThat(sink.changed).containsExactly(models);
    }

    @Test
    void lostEventsAreTold() {
        kernel.queueLimit(2);
        for (int i = 0; i < 5; i++) {
            kernel.makeFolder("/models/new" + i, PID);
        }
        listener.start();
        await().until(() -> sink.overflows.get() == 1);
        assertThat(sink.changed).hasSize(2);
    }

    @Test
    void anEventThatBreaksCostsNeitherItsBatchNorTheListener() {
        sink.before = RecordingSink.throwing(1);
        kernel.makeFolder("/models/new", PID);
        kernel.makeFolder("/models/deep/new", PID);
        listener.start();
        await().until(() -> sink.changed.size() == 1);
        assertThat(sink.changed).containsExactly(deep);
        assertThat(sink.failures).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReadThatFailsIsToldAndTheListenerGoesOn() {
        kernel.script().failNth("read", 1, Errno.ENOMEM);
        kernel.makeFolder("/models/new", PID);
        listener.start();
        await().until(() -> sink.changed.size() == 1);
        assertThat(sink.failures).singleElement().isInstanceOf(KernelException.class);
    }
}
