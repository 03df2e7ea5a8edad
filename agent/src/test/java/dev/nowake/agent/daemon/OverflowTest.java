package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.FileAccess;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.FolderHandle;
import dev.nowake.kernel.ForeignMemory;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.Leases;
import dev.nowake.kernel.PageCache;
import dev.nowake.kernel.ServiceManager;
import dev.nowake.kernel.ThreadPlacement;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A queue that lost events: what they said is found by looking. */
@Tag("kernel")
final class OverflowTest {
    @Test
    void aLoadWhoseOpenWasLostIsFoundAndReleased() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            LossyKernel lossy = new LossyKernel(rig.kernel);
            rig.start(lossy, Rig.config(Mode.ENFORCE, rig.root));

            lossy.loses = true;
            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            assertThat(rig.counter("overflows")).isPositive();
            lossy.loses = false;
            reader.act("close");
            reader.kill();
            rig.awaitReleased(shards);
        }
    }

    @Test
    void aLoadWhoseCloseWasLostIsReleased() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            LossyKernel lossy = new LossyKernel(rig.kernel);
            rig.start(lossy, Rig.config(Mode.ENFORCE, rig.root));

            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            lossy.loses = true;
            reader.act("close");
            reader.kill();

            rig.awaitReleased(shards);
            rig.stop();
            assertThat(rig.journal("overflow")).isNotEmpty();
        }
    }

    /** The real kernel, except that batches of events can be lost, and only that is told. */
    private static final class LossyKernel implements Kernel {
        private final Kernel real;
        private volatile boolean loses;

        LossyKernel(Kernel real) {
            this.real = real;
        }

        @Override
        public FileEvents fileEvents() {
            return naming -> new LossyGroup(real.fileEvents().open(naming));
        }

        private final class LossyGroup implements EventGroup {
            private final EventGroup group;

            LossyGroup(EventGroup group) {
                this.group = group;
            }

            @Override
            public int read(int timeoutMillis, Consumer<FileEvent> sink) throws KernelException {
                boolean[] told = {false};
                return group.read(timeoutMillis, event -> {
                    if (!loses) {
                        sink.accept(event);
                    } else if (!told[0]) {
                        told[0] = true;
                        sink.accept(new FileEvent(FileEvent.OVERFLOW, 0, null, null, null));
                    }
                });
            }

            @Override
            public void mark(Scope scope, Path path, long mask) throws KernelException {
                group.mark(scope, path, mask);
            }

            @Override
            public void unmark(Scope scope, Path path, long mask) throws KernelException {
                group.unmark(scope, path, mask);
            }

            @Override
            public FolderHandle handleOf(Path folder) throws KernelException {
                return group.handleOf(folder);
            }

            @Override
            public void wake() {
                group.wake();
            }

            @Override
            public void close() {
                group.close();
            }
        }

        @Override
        public String binding() {
            return real.binding();
        }

        @Override
        public Features features() {
            return real.features();
        }

        @Override
        public FileAccess files() {
            return real.files();
        }

        @Override
        public PageCache pageCache() {
            return real.pageCache();
        }

        @Override
        public Leases leases() {
            return real.leases();
        }

        @Override
        public ThreadPlacement placement() {
            return real.placement();
        }

        @Override
        public ForeignMemory foreignMemory() {
            return real.foreignMemory();
        }

        @Override
        public ServiceManager serviceManager() {
            return real.serviceManager();
        }
    }
}
