package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.agent.config.MirrorSettings.Vanished;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Opening, showing, parking, evicting: on the real kernel. */
class StoreTest extends StoreCase {
    @Test
    void theFoldersAreRootsAndMayBePassedThrough() throws Exception {
        rig.open();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rig.base())))
                .isEqualTo("rwx--x--x");
        for (String name : List.of("fresh", "parked", "aside")) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(rig.base().resolve(name))))
                    .isEqualTo("rwx------");
        }
        assertThat(rig.store().filesystem()).isNotBlank();
    }

    @Test
    void loadersComeByTwoLinks() throws Exception {
        rig.remoteFile("a.bin", 100);
        Store store = rig.open();
        store.sync();
        assertThat(rig.local).doesNotExist();
        store.expose();
        store.expose();
        assertThat(Files.readSymbolicLink(rig.local)).isEqualTo(rig.run.resolve("mirror/models"));
        assertThat(rig.local.resolve("a.bin")).hasSize(100);
        rig.reopen(false); // a daemon that was killed leaves them
        assertThat(rig.local.resolve("a.bin")).exists();
        rig.store().conceal();
        rig.store().conceal();
        assertThat(Files.isSymbolicLink(rig.local)).isFalse();
        rig.store().expose();
        Files.delete(rig.run.resolve("mirror/models")); // the host was restarted
        assertThat(rig.local.resolve("a.bin")).doesNotExist();
        rig.reopen(false).expose();
        assertThat(rig.local.resolve("a.bin")).exists();
    }

    @Test
    void whatIsAtLocalAndNotOursIsRefused() throws Exception {
        Files.createDirectory(rig.local);
        assertThatThrownBy(rig::open)
                .isInstanceOf(IOException.class)
                .hasMessage(rig.local + " is there already: move it away, or give the mirror another 'local'; nowake"
                        + " makes it");
        Files.delete(rig.local);
        Files.createSymbolicLink(rig.local, rig.remote);
        assertThatThrownBy(rig::open)
                .hasMessage(rig.local + " is a link to " + rig.remote
                        + ", not nowake's: remove it, or give the mirror another 'local'");
        assertThat(rig.base()).doesNotExist();
    }

    @Test
    void aParentThatIsNotThereIsTold() {
        assertThatThrownBy(() -> new StoreFolders(Places.of(
                                dev.nowake.agent.config.MirrorSettings.of("m", rig.remote, folder.resolve("no/such/m")),
                                rig.run))
                        .make())
                .hasMessage(folder.resolve("no/such") + " is no folder: make it, or give the mirror another 'local'");
    }

    @Test
    void foldersThatOthersCouldReplaceAreRefused() throws Exception {
        Files.setPosixFilePermissions(rig.local.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(rig::open)
                .hasMessageStartingWith(rig.base() + " could be replaced by others: " + rig.local.getParent()
                        + " can be written to by everybody")
                .hasMessageEndingWith("chmod go-w it");
        Files.setAttribute(rig.local.getParent(), "unix:mode", 01777); // as /tmp is
        rig.open();
    }

    @Test
    void aFilesystemWithoutAttributesIsRefused() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("ram"));
        StoreRig.run("mount", "-t", "ramfs", "none", mount.toString());
        try {
            Places places =
                    Places.of(dev.nowake.agent.config.MirrorSettings.of("m", rig.remote, mount.resolve("m")), rig.run);
            assertThatThrownBy(() -> new StoreFolders(places).make())
                    .hasMessage(
                            places.base() + ": its filesystem (ramfs) keeps no extended attributes: give the mirror a"
                                    + " 'local' on ext4, xfs or btrfs");
        } finally {
            StoreRig.run("umount", mount.toString());
        }
    }

    @Test
    void oneDaemonAtATime() throws Exception {
        Store store = rig.open();
        String refused = "another nowake daemon uses " + rig.base() + ": stop it";
        StoreRig second = new StoreRig(folder);
        assertThatThrownBy(second::open).hasMessage(refused);
        assertThat(childOpens()).isEqualTo(refused);
        store.close();
        assertThat(childOpens()).isEqualTo("opened");
        second.open();
        second.close();
    }

    private String childOpens() throws Exception {
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreOpener.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            return child.inputReader().readLine();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void aRemoteThatIsNotThereIsNoReasonNotToStart() throws Exception {
        rig.remoteFile("a.bin", 3 * MIB);
        rig.open().sync();
        StoreRig.fill(rig.twin("a.bin"));
        Files.move(rig.remote, folder.resolve("away"));
        Store store = rig.reopen(true);
        assertThat(rig.heard).containsExactly("+ a.bin");
        assertThat(rig.twin("a.bin").isComplete()).isTrue();
        SyncOutcome outcome = store.sync();
        assertThat(outcome.unreachable()).isEqualTo(rig.remote + " cannot be read: NoSuchFileException");
        assertThat(store.look(rig.twin("a.bin"))).isEqualTo(Sight.UNREACHABLE);
        assertThat(store.stored().state().isReachable()).isFalse();
        assertThat(rig.tree().resolve("a.bin")).hasSameBinaryContentAs(folder.resolve("away/a.bin"));
    }

    /** Its reader waits at the gate, which a keeper keeps; the successor finds the same inode and goes on. */
    @Test
    void anIncompleteFileSomebodyHasOpenIsParkedAndComesBackAsItWas() throws Exception {
        rig.remoteFile("a.bin", 3 * MIB);
        rig.remoteFile("b.bin", MIB);
        Store store = rig.open();
        store.sync();
        FileId id = rig.twin("a.bin").id();
        try (FileChannel reader = FileChannel.open(rig.tree().resolve("a.bin"))) {
            Parked parked = store.park();
            assertThat(parked.failures()).isEmpty();
            assertThat(parked.open()).containsExactly(Path.of("a.bin"));
            assertThat(reader.size()).isEqualTo(3 * MIB);
            rig.reopen(false);
            assertThat(rig.twin("a.bin").id()).isEqualTo(id);
        }
        assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("a.bin", "b.bin");
    }

    @Test
    void clearingGivesTheSpaceBack() throws Exception {
        Path original = rig.remoteFile("a.bin", 4 * MIB);
        rig.open().sync();
        MirroredFile twin = rig.twin("a.bin");
        StoreRig.fill(twin);
        Path local = rig.tree().resolve("a.bin");
        long taken = StoreRig.KERNEL.files().status(local).allocatedBytes();
        twin.clear();
        assertThat(StoreRig.KERNEL.files().status(local).allocatedBytes()).isLessThan(taken - 3 * MIB);
        assertThat(local).hasSize(4 * MIB);
        assertThat(Files.getLastModifiedTime(local)).isEqualTo(Files.getLastModifiedTime(original));
        assertThat(twin.missing(new ByteRange(0, 4 * MIB))).isEqualTo(RangeSet.between(0, 4 * MIB));
        rig.reopen(false);
        assertThat(rig.twin("a.bin").writtenBytes()).isZero();
    }

    @Test
    void evictingTakesNothingFromWhoReads() throws Exception {
        Path original = rig.remoteFile("a.bin", 4 * MIB);
        Store store = rig.open();
        store.sync();
        MirroredFile twin = rig.twin("a.bin");
        StoreRig.fill(twin);
        byte[] content = Files.readAllBytes(original);
        try (FileChannel reader = FileChannel.open(rig.tree().resolve("a.bin"))) {
            assertThat(store.evictUnused(twin)).isNull();
            assertThat(rig.twin("a.bin")).isSameAs(twin);
            assertThat(rig.heard).containsExactly("+ a.bin", "! a.bin", "+ a.bin", "- a.bin");
            rig.heard.subList(2, 4).clear();
            MirroredFile next = store.evict(twin);
            assertThat(rig.twin("a.bin")).isSameAs(next);
            assertThat(next.writtenBytes()).isZero();
            assertThat(next.identity()).isEqualTo(twin.identity());
            java.nio.ByteBuffer all = java.nio.ByteBuffer.allocate(4 * MIB);
            while (all.hasRemaining() && reader.read(all, all.position()) > 0) {
                continue;
            }
            assertThat(all.array()).isEqualTo(content);
            assertThat(store.twin(twin.id())).contains(twin);
            assertThat(rig.heard).doesNotContain("- a.bin");
            assertThat(store.stored().leaving()).isEqualTo(1);
        }
        store.tidy();
        assertThat(rig.heard).containsExactly("+ a.bin", "! a.bin", "+ a.bin", "- a.bin");
        assertThat(store.twin(twin.id())).isEmpty();
        assertThatThrownBy(() -> store.evict(twin)).hasMessageContaining("has another file's name by now");
        StoreRig.fill(rig.twin("a.bin"));
        assertThat(store.evictUnused(rig.twin("a.bin"))).isSameAs(rig.twin("a.bin"));
        assertThat(rig.twin("a.bin").writtenBytes()).isZero();
        assertThat(store.stored().leaving()).isZero();
    }

    @Test
    void aFileThatCannotBeGuardedIsNotShown() throws Exception {
        rig.remoteFile("a.bin", MIB);
        rig.remoteFile("b.bin", MIB);
        rig.unguarded = List.of("a.bin");
        Store store = rig.open();
        SyncOutcome outcome = store.sync();
        assertThat(outcome.told()).containsExactly("a.bin: no marks are left");
        assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("b.bin");
        assertThat(StoreRig.shown(rig.base().resolve("fresh"))).isEmpty();
        rig.unguarded = List.of("b.bin");
        rig.reopen(false);
        assertThat(StoreRig.shown(rig.tree())).isEmpty();
        rig.unguarded = List.of();
        rig.reopen(false);
        assertThat(StoreRig.shown(rig.tree())).as("it was put away meanwhile").containsOnlyKeys("b.bin");
    }

    @Test
    void howItStands() throws Exception {
        rig.vanished = Vanished.REMOVE;
        rig.remoteFile("a.bin", 3 * MIB);
        rig.remoteFile("b.bin", MIB);
        Store store = rig.open();
        Stored before = store.stored();
        assertThat(before.state().isReachable()).isFalse();
        assertThat(before.lastScan()).isNull();
        store.sync();
        StoreRig.fill(rig.twin("b.bin"));
        StoreRig.fill(rig.twin("a.bin"), new ByteRange(0, MIB));
        Stored now = store.stored();
        assertThat(now.files()).isEqualTo(2);
        assertThat(now.complete()).isEqualTo(1);
        assertThat(now.incomplete()).isEqualTo(1);
        assertThat(now.sizeBytes()).isEqualTo(4 * MIB);
        assertThat(now.filledBytes()).isEqualTo(2 * MIB);
        assertThat(now.budgetBytes()).isPositive();
        assertThat(now.state().isReachable()).isTrue();
        assertThat(now.state().why()).isNull();
        assertThat(now.lastScan()).isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(now.last().files()).isEqualTo(2);
        Files.setLastModifiedTime(rig.remote.resolve("b.bin"), FileTime.from(Instant.EPOCH));
        assertThat(store.look(rig.twin("b.bin"))).isEqualTo(Sight.CHANGED);
        assertThat(store.look(rig.twin("b.bin"))).isEqualTo(Sight.SAME);
        assertThat(rig.twin("b.bin").writtenBytes()).isZero();
        Files.delete(rig.remote.resolve("b.bin"));
        assertThat(store.look(rig.twin("b.bin"))).isEqualTo(Sight.GONE);
    }
}
