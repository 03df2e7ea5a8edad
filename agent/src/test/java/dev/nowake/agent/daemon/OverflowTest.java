package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvent;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.KernelException;
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
            Lossy lossy = new Lossy(rig.kernel.fileEvents());
            rig.start(new OtherEvents(rig.kernel, lossy), Rig.config(Mode.ENFORCE, rig.root));

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
            Lossy lossy = new Lossy(rig.kernel.fileEvents());
            rig.start(new OtherEvents(rig.kernel, lossy), Rig.config(Mode.ENFORCE, rig.root));

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

    /** Groups of which batches of events can be lost, and only that is told. */
    private static final class Lossy implements FileEvents {
        private final FileEvents real;
        private volatile boolean loses;

        Lossy(FileEvents real) {
            this.real = real;
        }

        @Override
        public EventGroup open(Naming naming) throws KernelException {
            return new ForwardingGroup(real.open(naming)) {
                @Override
                public int read(int timeoutMillis, Consumer<FileEvent> sink) throws KernelException {
                    boolean[] told = {false};
                    return super.read(timeoutMillis, event -> {
                        if (!loses) {
                            sink.accept(event);
                        } else if (!told[0]) {
                            told[0] = true;
                            sink.accept(new FileEvent(FileEvent.OVERFLOW, 0, null, null, null));
                        }
                    });
                }
            };
        }
    }
}
