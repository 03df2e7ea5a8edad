package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the tree becomes: on the real kernel. */
class TreeSyncTest extends StoreCase {
    @Test
    void theTreeLooksLikeTheRemote() throws Exception {
        rig.remoteFile("a.bin", 3 * MIB);
        Path secret = rig.remoteFile("sub/deep/secret.bin", 100);
        rig.remoteFile("empty", 0);
        Files.setAttribute(secret, "unix:mode", 0640);
        Files.setAttribute(secret, "unix:uid", 1234);
        Files.setAttribute(secret, "unix:gid", 55);
        Files.setAttribute(secret.getParent(), "unix:mode", 0710);
        Files.setAttribute(secret.getParent(), "unix:gid", 55);
        Files.setLastModifiedTime(secret, FileTime.from(Instant.parse("2021-02-03T04:05:06.123456789Z")));
        Files.setLastModifiedTime(secret.getParent(), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
        rig.open();
        SyncOutcome outcome = sync();
        assertThat(outcome.appeared()).isEqualTo(3);
        assertThat(outcome.whole()).isTrue();
        assertThat(outcome.told()).isEmpty();
        assertThat(StoreRig.shown(rig.tree())).isEqualTo(StoreRig.shown(rig.remote));
        for (String name : List.of("", "a.bin", "sub", "sub/deep", "sub/deep/secret.bin", "empty")) {
            String wanted = "unix:uid,gid,mode,lastModifiedTime";
            assertThat(Files.readAttributes(rig.tree().resolve(name), wanted))
                    .as(name)
                    .isEqualTo(Files.readAttributes(rig.remote.resolve(name), wanted));
        }
        assertThat(StoreRig.KERNEL.files().status(rig.tree().resolve("a.bin")).allocatedBytes())
                .as("sparse")
                .isLessThan(MIB);
        assertThat(rig.twin("empty").isComplete()).isTrue();
        assertThat(rig.twin("a.bin").isComplete()).isFalse();
        assertThat(rig.heard).containsExactlyInAnyOrder("+ a.bin", "+ empty", "+ sub/deep/secret.bin");
        SyncOutcome again = sync();
        assertThat(again.appeared() + again.changed() + again.removed()).isZero();
        Files.setAttribute(secret, "unix:mode", 04600);
        Files.setAttribute(rig.remote.resolve("sub"), "unix:mode", 01700);
        assertThat(sync().changed()).isZero();
        assertThat(Files.getAttribute(rig.tree().resolve("sub/deep/secret.bin"), "unix:mode"))
                .as("nothing here is run with its owner's rights")
                .isEqualTo(0100600);
        assertThat(Files.getAttribute(rig.tree().resolve("sub"), "unix:mode")).isEqualTo(041700);
    }

    @Test
    void aChangedFileIsAnotherFile() throws Exception {
        Path original = rig.remoteFile("a.bin", MIB);
        rig.open();
        sync();
        MirroredFile before = rig.twin("a.bin");
        StoreRig.fill(before);
        rig.heard.clear();
        Files.write(original, new byte[MIB]);
        Files.setLastModifiedTime(original, FileTime.from(Instant.ofEpochSecond(1_000)));
        assertThat(sync().changed()).isEqualTo(1);
        MirroredFile after = rig.twin("a.bin");
        assertThat(after.id()).isNotEqualTo(before.id());
        assertThat(before.isOutdated()).isTrue();
        assertThat(after.isOutdated()).isFalse();
        assertThat(after.missing(new ByteRange(0, MIB))).isEqualTo(RangeSet.between(0, MIB));
        assertThat(UnixFacts.of(rig.tree().resolve("a.bin")).id()).isEqualTo(after.id());
        assertThat(rig.heard).containsExactly("+ a.bin", "- a.bin");
        before.save();
        before.clear();
        assertThat(after.isComplete()).isFalse();
    }

    /** A file that is still being written there grows between two looks; nothing of the shorter one is kept. */
    @Test
    void aFileThatGrowsIsAnotherEachTime() throws Exception {
        Path original = rig.remoteFile("a.bin", MIB);
        rig.open();
        sync();
        for (int size = 2; size <= 4; size++) {
            MirroredFile before = rig.twin("a.bin");
            StoreRig.fill(before);
            FileTime time = Files.getLastModifiedTime(original);
            Files.write(original, new byte[MIB], StandardOpenOption.APPEND);
            Files.setLastModifiedTime(original, time); // even so
            assertThat(rig.store().look(before)).isEqualTo(Sight.CHANGED);
            assertThat(rig.twin("a.bin").identity().sizeBytes()).isEqualTo((long) size * MIB);
            assertThat(rig.twin("a.bin").writtenBytes()).isZero();
            assertThat(before.isOutdated()).isTrue();
        }
        assertThat(sync().changed()).isZero();
    }

    @Test
    void aReplacedFileGoesOnForWhoReadsIt() throws Exception {
        Path original = rig.remoteFile("a.bin", MIB);
        rig.open();
        sync();
        MirroredFile before = rig.twin("a.bin");
        StoreRig.fill(before, new ByteRange(0, 1000));
        rig.heard.clear();
        try (RandomAccessFile reader = new RandomAccessFile(before.local().toFile(), "r")) {
            Files.write(original, new byte[10]);
            sync();
            assertThat(rig.heard).containsExactly("+ a.bin");
            assertThat(rig.store().twin(before.id())).contains(before);
            assertThat(before.missing(new ByteRange(0, MIB))).isEqualTo(RangeSet.between(1000, MIB));
            Parked parked = rig.store().park();
            assertThat(parked.failures()).isEmpty();
            assertThat(parked.open()).as("somebody has to keep its gate").contains(Path.of("a.bin"));
            assertThat(reader.length()).isEqualTo(MIB);
        }
    }

    @Test
    void anotherKindOfThingTakesTheName() throws Exception {
        rig.remoteFile("x/a.bin", MIB);
        rig.remoteFile("y", MIB);
        rig.open();
        sync();
        StoreRig.run("rm", "-r", rig.remote.resolve("x").toString());
        rig.remoteFile("x", 10);
        Files.delete(rig.remote.resolve("y"));
        rig.remoteFile("y/b.bin", 20);
        sync();
        assertThat(StoreRig.shown(rig.tree())).isEqualTo(StoreRig.shown(rig.remote));
        Files.delete(rig.remote.resolve("x"));
        Files.createSymbolicLink(rig.remote.resolve("x"), Path.of("y/b.bin"));
        sync();
        assertThat(StoreRig.shown(rig.tree())).isEqualTo(StoreRig.shown(rig.remote));
        assertThat(rig.store().twins()).hasSize(1);
    }

    @Test
    void tenThousandFiles() throws Exception {
        for (int i = 0; i < 100; i++) {
            Path sub = Files.createDirectory(rig.remote.resolve("folder-" + i));
            for (int j = 0; j < 100; j++) {
                Files.createFile(sub.resolve("model-" + j + ".safetensors"));
            }
        }
        rig.open();
        SyncOutcome outcome = sync();
        assertThat(outcome.appeared()).isEqualTo(10_000);
        assertThat(outcome.took()).isLessThan(java.time.Duration.ofSeconds(60));
        outcome = sync();
        assertThat(outcome.appeared() + outcome.changed() + outcome.removed()).isZero();
        rig.reopen(false);
        assertThat(rig.store().stored().files()).isEqualTo(10_000);
        long used = usedBytes();
        assertThat(rig.store().twins()).hasSize(10_000);
        rig.close();
        rig = new StoreRig(folder);
        assertThat(used - usedBytes()).as("bytes for 10,000 twins").isLessThan(20L << 20);
    }

    private static long usedBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    @Test
    void foldersTooDeepAreTold() throws Exception {
        Path deep = rig.remote;
        for (int i = 0; i < RemoteWalk.MOST_LEVELS + 2; i++) {
            deep = deep.resolve("d");
        }
        Files.createDirectories(deep);
        rig.remoteFile("a.bin", 1);
        rig.open();
        SyncOutcome outcome = sync();
        assertThat(outcome.whole()).isFalse();
        assertThat(outcome.told()).singleElement().asString().endsWith("more than 64 folders deep");
        assertThat(rig.tree().resolve("a.bin")).exists();
        rig.reopen(false);
        assertThat(rig.store().twins()).hasSize(1);
    }
}
