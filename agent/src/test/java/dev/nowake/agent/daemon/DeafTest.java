package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.Mode;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.EventGroup;
import dev.nowake.kernel.FileEvents;
import dev.nowake.kernel.FileEvents.Naming;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.KernelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Filesystems that take no mark, as FUSE before Linux 6.8: what is not told is looked for. */
@Tag("kernel")
final class DeafTest {
    @Test
    void withoutOpensAndClosesALoadIsFoundAndReleased() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            List<Path> shards = rig.model("llama", 64 * Rig.MIB, 2);
            rig.start(deaf(rig.kernel, Errno.ENODEV, Naming.values()), Rig.config(Mode.ENFORCE, rig.root));

            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            assertThat(rig.load().path("readers").size()).isEqualTo(1);
            rig.keeps(2500, () -> assertThat(rig.resident(shards)).isGreaterThanOrEqualTo(Rig.most(64 * Rig.MIB)));
            reader.act("close");
            reader.kill();
            rig.awaitReleased(shards);
            rig.awaitLoadsDone(1);

            assertThat(rig.counter("loads")).isEqualTo(1);
            assertThat(rig.counter("errors")).isZero();
            rig.stop();
            assertThat(rig.journal("warning")).hasSize(2);
        }
    }

    /** Opens are told, as on an overlay before Linux 6.6, but not what comes and goes: folders two levels down are found. */
    @Test
    void aModelInANewFolderIsFoundByLooking() throws Exception {
        try (Rig rig = Rig.make();
                Reader reader = Reader.start()) {
            Path folder = Files.createDirectories(rig.root.resolve("org/a"));
            rig.start(deaf(rig.kernel, Errno.EOPNOTSUPP, Naming.HANDLE_AND_NAME), Rig.config(Mode.ENFORCE, rig.root));

            List<Path> shards = rig.model(Rig.spec("llama", 32 * Rig.MIB, 2), folder.resolve("llama"));
            await("the new folder is watched").atMost(Rig.SOON).until(() -> {
                reader.open(shards.getFirst()).act("close");
                return rig.counter("loads") > 0;
            });
            reader.open(shards.getFirst());
            for (Path shard : shards) {
                rig.awaitResident(shard);
            }
            reader.act("close");
            reader.kill();
            rig.awaitReleased(shards);
            assertThat(rig.counter("errors")).isZero();
        }
    }

    private static Kernel deaf(Kernel real, Errno errno, Naming... toMarksOf) {
        FileEvents events = naming -> {
            EventGroup group = real.fileEvents().open(naming);
            return !Set.of(toMarksOf).contains(naming)
                    ? group
                    : new ForwardingGroup(group) {
                        @Override
                        public void mark(Scope scope, Path path, long mask) throws KernelException {
                            throw new KernelException("fanotify_mark", errno);
                        }
                    };
        };
        return new OtherEvents(real, events);
    }
}
