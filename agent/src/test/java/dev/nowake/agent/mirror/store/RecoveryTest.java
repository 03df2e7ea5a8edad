package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an earlier daemon has left, and others have done to it: on the real kernel. */
class RecoveryTest extends StoreCase {
    @Test
    void aRestartBelievesWhatWasSaved() throws Exception {
        Path original = rig.remoteFile("a.bin", 3 * MIB);
        rig.open().sync();
        MirroredFile twin = rig.twin("a.bin");
        StoreRig.fill(twin, new ByteRange(MIB, 2 * MIB));
        twin.save();
        StoreRig.fill(twin, new ByteRange(0, 10));
        rig.reopen(false);
        twin = rig.twin("a.bin");
        assertThat(twin.missing(new ByteRange(0, 9L * MIB)))
                .isEqualTo(RangeSet.between(0, MIB).union(RangeSet.between(2 * MIB, 3 * MIB)));
        assertThat(twin.isComplete()).isFalse();
        assertThat(twin.identity().mtimeNanos())
                .isEqualTo(UnixFacts.of(original).mtimeNanos());
        StoreRig.fill(twin);
        assertThat(rig.heard).containsExactly("+ a.bin", "! a.bin");
        rig.reopen(false);
        assertThat(rig.twin("a.bin").isComplete()).isTrue();
        assertThat(rig.tree().resolve("a.bin")).hasSameBinaryContentAs(original);
        assertThat(Files.getLastModifiedTime(rig.tree().resolve("a.bin")))
                .isEqualTo(Files.getLastModifiedTime(original));
    }

    @Test
    void incompleteFilesAreParkedWhileNobodyServesThem() throws Exception {
        rig.remoteFile("sub/part.bin", 3 * MIB);
        rig.remoteFile("sub/whole.bin", MIB);
        rig.remoteFile("none.bin", MIB);
        Store store = rig.open();
        store.sync();
        StoreRig.fill(rig.twin("sub/whole.bin"));
        StoreRig.fill(rig.twin("sub/part.bin"), new ByteRange(0, MIB));
        rig.twin("sub/part.bin").save();
        assertThat(store.park().failures()).isEmpty();
        assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("sub", "sub/whole.bin");
        rig.reopen(false);
        assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("none.bin", "sub", "sub/part.bin", "sub/whole.bin");
        assertThat(StoreRig.shown(rig.base().resolve("parked"))).isEmpty();
        assertThat(rig.heard).containsExactlyInAnyOrder("+ none.bin", "+ sub/part.bin", "+ sub/whole.bin");
        assertThat(rig.twin("sub/part.bin").writtenBytes()).isEqualTo(MIB);
        assertThat(rig.twin("sub/part.bin").local()).isEqualTo(rig.tree().resolve("sub/part.bin"));
        StoreRig.fill(rig.twin("sub/part.bin"));
        assertThat(rig.tree().resolve("sub/part.bin")).hasSameBinaryContentAs(rig.remote.resolve("sub/part.bin"));
    }

    @Test
    void aFileThatWasCutToNothingIsMissing() throws Exception {
        rig.remoteFile("a.bin", 3 * MIB);
        rig.open().sync();
        StoreRig.fill(rig.twin("a.bin"), new ByteRange(0, 2 * MIB));
        rig.twin("a.bin").save();
        cut(rig.tree().resolve("a.bin"));
        rig.reopen(false);
        MirroredFile twin = rig.twin("a.bin");
        assertThat(twin.missing(new ByteRange(0, 3 * MIB))).isEqualTo(RangeSet.between(0, 3 * MIB));
        assertThat(rig.tree().resolve("a.bin")).hasSize(3 * MIB);
        assertThat(rig.store().stored().toldAtStart())
                .containsExactly("a.bin: somebody has written to the local file: it is fetched anew");
        rig.reopen(false);
        assertThat(rig.twin("a.bin").writtenBytes())
                .as("the old record is gone")
                .isZero();
    }

    private static void cut(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }

    @Test
    void damagedRecordsAreNotBelieved() throws Exception {
        List<String> names = List.of("bit", "short", "long", "junk", "empty", "other", "foreign");
        for (String name : names) {
            rig.remoteFile(name, MIB);
        }
        rig.open().sync();
        for (String name : names) {
            StoreRig.fill(rig.twin(name));
        }
        byte[] record = attribute("bit");
        byte[] turned = record.clone();
        turned[record.length / 2] ^= 4;
        setAttribute("bit", turned);
        setAttribute("short", Arrays.copyOf(attribute("short"), record.length - 1));
        setAttribute("long", Arrays.copyOf(attribute("long"), record.length + 1));
        setAttribute("junk", "what is this".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        setAttribute("empty", new byte[0]);
        setAttribute("other", record); // another inode's
        rig.reopen(false);
        for (String name : names.subList(0, 6)) {
            MirroredFile twin = rig.twin(name);
            assertThat(twin.writtenBytes()).as(name).isZero();
            assertThat(twin.identity().sizeBytes()).as(name).isEqualTo(MIB);
            assertThat(rig.tree().resolve(name)).hasBinaryContent(new byte[MIB]);
        }
        assertThat(rig.twin("foreign").isComplete()).isTrue();
        SyncOutcome outcome = rig.store().sync();
        assertThat(outcome.changed()).as("their identity was kept").isZero();
    }

    private byte[] attribute(String name) throws IOException {
        Path file = rig.tree().resolve(name);
        try (Held held =
                Held.open(StoreRig.KERNEL.files(), file, UnixFacts.of(file).id())) {
            return held.attribute(TwinRecord.ATTRIBUTE);
        }
    }

    private void setAttribute(String name, byte[] value) throws IOException {
        Path file = rig.tree().resolve(name);
        try (Held held =
                Held.open(StoreRig.KERNEL.files(), file, UnixFacts.of(file).id())) {
            held.setAttribute(TwinRecord.ATTRIBUTE, value);
        }
    }

    @Test
    void whatOthersPutIntoTheTreeIsMovedAside() throws Exception {
        rig.remoteFile("a.bin", MIB);
        rig.open().sync();
        StoreRig.fill(rig.twin("a.bin"));
        Files.writeString(rig.tree().resolve("notes.txt"), "mine");
        Files.copy(rig.tree().resolve("a.bin"), rig.tree().resolve("copy.bin"));
        rig.reopen(false);
        assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("a.bin");
        assertThat(StoreRig.shown(rig.base().resolve("aside")).values()).contains("4", String.valueOf(MIB));
        assertThat(rig.store().stored().toldAtStart())
                .anyMatch(line -> line.startsWith("notes.txt: is not of the mirror, and was moved to "));
        Files.writeString(rig.tree().resolve("more.txt"), "also mine");
        assertThat(rig.store().sync().told())
                .anyMatch(line -> line.startsWith("more.txt: is not of the mirror, and was moved to "));
        assertThat(rig.tree().resolve("more.txt")).doesNotExist();
    }

    @Test
    void aWholeFileThatSomebodyWroteToIsFetchedAnew() throws Exception {
        rig.remoteFile("a.bin", MIB);
        rig.remoteFile("b.bin", MIB);
        rig.open().sync();
        StoreRig.fill(rig.twin("a.bin"));
        StoreRig.fill(rig.twin("b.bin"));
        scribble("a.bin");
        MirroredFile before = rig.twin("a.bin");
        assertThat(rig.store().sync().changed()).isEqualTo(1);
        assertThat(before.isOutdated()).isTrue();
        assertThat(rig.twin("a.bin").writtenBytes()).isZero();
        scribble("b.bin");
        rig.reopen(false);
        assertThat(rig.twin("b.bin").writtenBytes()).isZero();
    }

    private void scribble(String name) throws IOException {
        try (FileChannel channel = FileChannel.open(rig.tree().resolve(name), StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3}), 5);
        }
    }

    /** The filler may write a block twice; that is not somebody else. */
    @Test
    void aBlockThatIsWrittenTwiceDoesNoHarm() throws Exception {
        Path original = rig.remoteFile("a.bin", MIB);
        rig.open().sync();
        MirroredFile twin = rig.twin("a.bin");
        StoreRig.fill(twin);
        StoreRig.fill(twin, new ByteRange(0, 4096));
        assertThat(rig.store().sync().changed()).isZero();
        assertThat(rig.twin("a.bin")).isSameAs(twin);
        assertThat(Files.getLastModifiedTime(rig.tree().resolve("a.bin")))
                .isEqualTo(Files.getLastModifiedTime(original));
        rig.reopen(false);
        assertThat(rig.twin("a.bin").isComplete()).isTrue();
    }
}
