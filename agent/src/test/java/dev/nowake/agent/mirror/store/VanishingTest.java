package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.MirrorSettings.Vanished;
import dev.nowake.model.ByteRange;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is gone from the remote, and what only seems so. */
class VanishingTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private StoreRig rig;

    @BeforeEach
    void rig() throws IOException {
        rig = new StoreRig(folder);
    }

    @AfterEach
    void close() throws Exception {
        rig.close();
        for (Path mount : new Path[] {rig.remote.resolve("inner"), rig.remote}) {
            if (StoreRig.run("cat", "/proc/self/mounts").stream().anyMatch(line -> line.contains(" " + mount + " "))) {
                StoreRig.run("umount", mount.toString());
            }
        }
    }

    private SyncOutcome sync() {
        SyncOutcome outcome = rig.store().sync();
        assertThat(outcome.unreachable()).isNull();
        return outcome;
    }

    /** A whole one, half a one and none of one, in a folder; a link to the first; and one that stays. */
    private void model() throws IOException {
        rig.remoteFile("stays.bin", 10);
        rig.remoteFile("m/whole.bin", MIB);
        rig.remoteFile("m/half.bin", MIB);
        rig.remoteFile("m/none.bin", MIB);
        Files.createSymbolicLink(rig.remote.resolve("m/link"), Path.of("whole.bin"));
        Files.createSymbolicLink(rig.remote.resolve("m/nolink"), Path.of("none.bin"));
        rig.open();
        sync();
        StoreRig.fill(rig.twin("m/whole.bin"));
        StoreRig.fill(rig.twin("m/half.bin"), new ByteRange(0, MIB / 2));
        rig.heard.clear();
    }

    private void remove(String name) throws Exception {
        StoreRig.run("rm", "-r", rig.remote.resolve(name).toString());
    }

    @Test
    void whatIsWholeIsKept() throws Exception {
        model();
        remove("m");
        SyncOutcome outcome = sync();
        assertThat(outcome.kept()).isEqualTo(1);
        assertThat(outcome.removed()).isEqualTo(2);
        sync(); // a link that leads nowhere now goes too
        assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("stays.bin", "m", "m/whole.bin", "m/link");
        assertThat(rig.heard).containsExactlyInAnyOrder("- m/half.bin", "- m/none.bin");
        rig.reopen(true);
        assertThat(sync().kept()).isEqualTo(1);
        assertThat(rig.twin("m/whole.bin").isComplete()).isTrue();
        rig.remoteFile("m/whole.bin", MIB); // it is back, with another time
        sync();
        assertThat(rig.twin("m/whole.bin").isComplete()).isFalse();
    }

    @Test
    void orRemovedWhereThatIsWanted() throws Exception {
        rig.vanished = Vanished.REMOVE;
        model();
        try (FileChannel reader = FileChannel.open(rig.tree().resolve("m/half.bin"))) {
            remove("m");
            assertThat(sync().removed()).isEqualTo(2);
            assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("stays.bin", "m", "m/half.bin");
            assertThat(reader.size()).as("its reader has it").isEqualTo(MIB);
        }
        sync();
        assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("stays.bin");
        assertThat(rig.store().twins()).hasSize(1);
    }

    @Test
    void aRemoteThatIsSuddenlyEmptyIsUnreachable() throws Exception {
        rig.vanished = Vanished.REMOVE;
        model();
        remove("m");
        remove("stays.bin");
        assertThat(rig.store().sync().unreachable()).isEqualTo(rig.remote + " is empty, and was not: is it mounted?");
        assertThat(rig.store().twins()).hasSize(4);
        assertThat(rig.store().stored().state().isReachable()).isFalse();
    }

    @Test
    void aRemoteThatCannotBeReadIsUnreachable() throws Exception {
        rig.vanished = Vanished.REMOVE;
        model();
        Files.move(rig.remote, folder.resolve("away"));
        assertThat(rig.store().sync().unreachable()).startsWith(rig.remote + " cannot be read: ");
        Files.createFile(rig.remote);
        assertThat(rig.store().sync().unreachable()).contains("is no folder");
        assertThat(rig.store().twins()).hasSize(4);
    }

    /** What was below the mount point is seen now, and it is not empty. */
    @Test
    void aRemoteThatIsNotMountedIsUnreachable() throws Exception {
        rig.vanished = Vanished.REMOVE;
        rig.remoteFile("README", 10);
        StoreRig.run("mount", "-t", "tmpfs", "none", rig.remote.toString());
        model();
        StoreRig.run("umount", rig.remote.toString());
        String told = rig.store().sync().unreachable();
        assertThat(told).startsWith("another filesystem is at " + rig.remote);
        assertThat(rig.store().look(rig.twin("stays.bin"))).isEqualTo(Sight.UNREACHABLE);
        rig.reopen(true);
        assertThat(rig.store().sync().unreachable()).as("after a restart too").isEqualTo(told);
        assertThat(rig.store().twins()).hasSize(4);
        Files.delete(rig.base().resolve("remote")); // as the line says
        rig.reopen(true);
        sync();
        assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("README");
    }

    /** A network mount has another number after each mount. */
    @Test
    void aRemoteThatIsMountedAnewIsRecognizedByItsFiles() throws Exception {
        Path content = Files.createDirectory(folder.resolve("content"));
        rig.vanished = Vanished.REMOVE;
        StoreRig.run("mount", "-t", "tmpfs", "none", rig.remote.toString());
        model();
        StoreRig.run("cp", "-a", rig.remote + "/.", content.toString());
        StoreRig.run("umount", rig.remote.toString());
        StoreRig.run("mount", "-t", "tmpfs", "none", rig.remote.toString());
        StoreRig.run("cp", "-a", content + "/.", rig.remote.toString());
        remove("m/none.bin");
        SyncOutcome outcome = sync();
        assertThat(outcome.changed()).isZero();
        assertThat(outcome.removed()).isEqualTo(1);
        assertThat(rig.twin("m/whole.bin").isComplete()).isTrue();
    }

    /** A mount point within the remote folder. */
    @Test
    void whatWasMountedInTheRemoteIsNotGoneWithItsMount() throws Exception {
        rig.vanished = Vanished.REMOVE;
        Path inner = Files.createDirectory(rig.remote.resolve("inner"));
        StoreRig.run("mount", "-t", "tmpfs", "none", inner.toString());
        rig.remoteFile("inner/deep/a.bin", MIB);
        model();
        StoreRig.run("umount", inner.toString());
        SyncOutcome outcome = sync();
        assertThat(outcome.removed()).isZero();
        assertThat(outcome.told()).containsExactly("inner/deep: stays: what was mounted there is not now");
        rig.reopen(true);
        sync();
        assertThat(rig.twin("inner/deep/a.bin").isOutdated()).isFalse();
    }

    /** root reads everything: a folder whose listing fails is one on a filesystem that fails. */
    @Test
    void aFolderThatCannotBeListedKeepsItsFiles() throws Exception {
        rig.vanished = Vanished.REMOVE;
        Path backing = Files.createDirectory(folder.resolve("backing"));
        Path inner = Files.createDirectories(rig.remote.resolve("inner"));
        SlowRemote server = SlowRemote.start(backing, inner);
        try {
            Files.write(backing.resolve("a.bin"), new byte[10]);
            model();
            assertThat(rig.twin("inner/a.bin").identity().sizeBytes()).isEqualTo(10);
            server.kill(); // the mount stays: every call on it fails
            SyncOutcome outcome = sync();
            assertThat(outcome.whole()).isFalse();
            assertThat(outcome.removed()).isZero();
            assertThat(rig.tree().resolve("inner/a.bin")).exists();
            remove("m");
            assertThat(sync().removed()).as("in folders that were seen whole").isEqualTo(3);
        } finally {
            server.end();
        }
    }
}
