package dev.nowake.agent.mirror.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.MirrorSettings.Vanished;
import dev.nowake.agent.stage.ContentDigest;
import dev.nowake.kernel.PathBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Names, times, links and tags of all kinds: on the real kernel. */
class NamesAndLinksTest extends StoreCase {
    @Test
    void linksStayInside() throws Exception {
        rig.remoteFile("blobs/abc", MIB);
        rig.remoteFile("top.bin", 7);
        Path outside = Files.write(folder.resolve("outside.bin"), new byte[77]);
        Files.createDirectories(folder.resolve("outside"));
        Path links = Files.createDirectory(rig.remote.resolve("links"));
        link(links, "relative", "../blobs/abc");
        link(links, "chain", "relative");
        link(links, "folder", "../blobs");
        link(links, "through", "folder/abc");
        link(links, "absolute", rig.remote.resolve("blobs/abc").toString());
        link(links, "around", "../../remote/blobs/abc");
        link(links, "root", "..");
        link(links, "absoluteRoot", rig.remote.toString());
        link(links, "out", outside.toString());
        link(links, "outFolder", folder.resolve("outside").toString());
        link(links, "nowhere", "gone");
        link(links, "self", "self");
        link(rig.remote, "absoluteTop", rig.remote.resolve("top.bin").toString());
        link(links, "device", "/dev/null");
        link(links, "proc", "/proc/version");
        StoreRig.run("mkfifo", links.resolve("pipe").toString());
        rig.open();
        SyncOutcome outcome = sync();
        TreeMap<String, String> shown = StoreRig.shown(rig.tree().resolve("links"));
        assertThat(shown)
                .containsEntry("relative", "-> ../blobs/abc")
                .containsEntry("chain", "-> relative")
                .containsEntry("folder", "-> ../blobs")
                .containsEntry("through", "-> folder/abc")
                .containsEntry("absolute", "-> ../blobs/abc")
                .containsEntry("around", "-> ../blobs/abc")
                .containsEntry("root", "-> ..")
                .containsEntry("absoluteRoot", "-> ..")
                .containsEntry("out", "77")
                .hasSize(9);
        assertThat(Files.readSymbolicLink(rig.tree().resolve("absoluteTop"))).isEqualTo(Path.of("top.bin"));
        assertThat(outcome.skipped()).isEqualTo(6);
        assertThat(outcome.whole()).isTrue();
        assertThat(outcome.told())
                .containsExactlyInAnyOrder(
                        "links/outFolder: the link leads out of the remote folder, and to no file",
                        "links/nowhere: the link leads nowhere",
                        "links/self: the link leads to itself",
                        "links/device: the link leads out of the remote folder, and to no file",
                        "links/proc: the link leads to another filesystem",
                        "links/pipe: neither file, folder nor link");
        for (String name : shown.keySet()) {
            Path real = rig.tree().resolve("links").resolve(name).toRealPath();
            assertThat(real).as(name).startsWith(rig.tree());
        }
        StoreRig.fill(rig.twin("links/out"));
        assertThat(rig.tree().resolve("links/out")).hasBinaryContent(new byte[77]);
        Files.write(outside, new byte[78]);
        assertThat(sync().changed()).isEqualTo(1);
    }

    private static void link(Path folder, String name, String leadsTo) throws IOException {
        Files.createSymbolicLink(folder.resolve(name), Path.of(leadsTo));
    }

    /** Who may write to the remote folder cannot have root show what is closed to them. */
    @Test
    void aLinkToAnotherOwnersFileIsNotFollowed() throws Exception {
        Path secret = Files.write(folder.resolve("secret"), new byte[10]);
        rig.remoteFile("a.bin", 1);
        Path link = Files.createSymbolicLink(rig.remote.resolve("mine"), secret);
        StoreRig.run("chown", "-h", "1234", link.toString());
        rig.vanished = Vanished.REMOVE;
        rig.open();
        assertThat(sync().told()).containsExactly("mine: the link leads out to a file of another owner");
        StoreRig.run("chown", "1234", secret.toString());
        assertThat(sync().appeared()).isEqualTo(1);
        StoreRig.run("chown", "0", secret.toString());
        sync();
        assertThat(StoreRig.shown(rig.tree())).containsOnlyKeys("a.bin");
    }

    /** A folder's owner lets it lead elsewhere, between two looks: nothing is done there. */
    @Test
    void aLinkInTheTreeIsNotFollowed() throws Exception {
        rig.remoteFile("sub/a.bin", 10);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.setAttribute(elsewhere, "unix:mode", 0711);
        Files.write(elsewhere.resolve("b.bin"), new byte[5]);
        rig.open();
        sync();
        Files.move(rig.tree().resolve("sub"), rig.tree().resolve("moved"));
        Files.createSymbolicLink(rig.tree().resolve("sub"), elsewhere);
        rig.remoteFile("sub/c.bin", 10);
        sync();
        assertThat(StoreRig.shown(elsewhere)).containsOnlyKeys("b.bin");
        assertThat(Files.getAttribute(elsewhere, "unix:mode")).isEqualTo(040711);
        assertThat(StoreRig.shown(rig.tree())).isEqualTo(StoreRig.shown(rig.remote));
    }

    @Test
    void anyNameWillDo() throws Exception {
        List<byte[]> names = List.of(
                "ä漢字😀".getBytes(StandardCharsets.UTF_8),
                "two\nlines\ttab".getBytes(StandardCharsets.UTF_8),
                "x".repeat(255).getBytes(StandardCharsets.UTF_8),
                new byte[] {(byte) 0xff, (byte) 0xfe, 'a', (byte) 0x80},
                "-rf *".getBytes(StandardCharsets.UTF_8),
                "...".getBytes(StandardCharsets.UTF_8),
                ".hidden\\".getBytes(StandardCharsets.UTF_8),
                "'\"$(true)`".getBytes(StandardCharsets.UTF_8));
        for (byte[] name : names) {
            Files.write(below(rig.remote, name), new byte[10]);
            Path sub = Files.createDirectory(below(rig.remote, concat("d".getBytes(StandardCharsets.UTF_8), name)));
            Files.write(below(sub, name), new byte[20]);
        }
        rig.open();
        SyncOutcome outcome = sync();
        assertThat(outcome.told()).as("255 bytes and one are no name").isEmpty();
        assertThat(outcome.appeared()).isEqualTo(2 * names.size());
        for (byte[] name : names) {
            assertThat(below(rig.tree(), name)).hasSize(10);
            assertThat(below(below(rig.tree(), concat("d".getBytes(StandardCharsets.UTF_8), name)), name))
                    .hasSize(20);
        }
        for (MirroredFile twin : List.copyOf(rig.store().twins())) {
            StoreRig.fill(twin);
            assertThat(rig.store().look(twin)).isEqualTo(Sight.SAME);
        }
        rig.reopen(true);
        assertThat(rig.store().twins()).hasSize(2 * names.size()).allMatch(MirroredFile::isComplete);
        assertThat(sync().appeared()).isZero();
    }

    private static Path below(Path folder, byte[] name) {
        return PathBytes.path(concat(concat(PathBytes.of(folder), new byte[] {'/'}), name));
    }

    /** As much of both as a name may have. */
    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = new byte
                [one.length == 1 && one[0] == 'd' ? Math.min(255, 1 + other.length) : one.length + other.length];
        System.arraycopy(one, 0, both, 0, one.length);
        System.arraycopy(other, 0, both, one.length, both.length - one.length);
        return both;
    }

    /** No clock is asked whether a time is plausible. */
    @Test
    void anyTimeWillDo() throws Exception {
        List<FileTime> times = List.of(
                FileTime.from(Instant.now().plusSeconds(3600L * 24 * 365 * 100)),
                FileTime.from(Instant.EPOCH),
                FileTime.from(Instant.parse("1969-12-31T23:59:58Z")),
                FileTime.from(Instant.parse("1901-12-14T00:00:00Z")),
                FileTime.from(Instant.parse("2024-02-29T12:00:00.000000001Z")),
                FileTime.from(Instant.parse("2024-02-29T12:00:00Z")),
                FileTime.from(Instant.parse("2024-02-29T12:00:02Z")),
                FileTime.from(Instant.parse("2300-01-01T00:00:00.123456789Z")));
        for (int i = 0; i < times.size(); i++) {
            Files.setLastModifiedTime(rig.remoteFile(i + ".bin", 10), times.get(i));
        }
        rig.open();
        sync();
        for (int i = 0; i < times.size(); i++) {
            assertThat(rig.twin(i + ".bin").identity().mtimeNanos())
                    .isEqualTo(StoreRig.KERNEL
                            .files()
                            .status(rig.remote.resolve(i + ".bin"))
                            .mtimeNanos());
            StoreRig.fill(rig.twin(i + ".bin"));
            assertThat(Files.getLastModifiedTime(rig.tree().resolve(i + ".bin")))
                    .isEqualTo(Files.getLastModifiedTime(rig.remote.resolve(i + ".bin")));
        }
        assertThat(sync().changed()).isZero();
        rig.reopen(false);
        assertThat(rig.store().twins()).allMatch(MirroredFile::isComplete);
        assertThat(sync().changed()).isZero();
        Files.setLastModifiedTime(
                rig.remote.resolve("4.bin"), FileTime.from(Instant.parse("2024-02-29T12:00:00.000000002Z")));
        assertThat(sync().changed()).as("a nanosecond later").isEqualTo(1);
    }

    @Test
    void theStoragesTagTellsWhatTimesDoNot() throws Exception {
        rig.etagAttribute = "user.s3.etag";
        Path original = rig.remoteFile("a.bin", 100);
        FileTime time = Files.getLastModifiedTime(original);
        tag(original, "\"one\"");
        rig.open();
        sync();
        assertThat(rig.twin("a.bin").identity().etag()).isEqualTo("\"one\"");
        StoreRig.fill(rig.twin("a.bin"));
        rig.reopen(false);
        assertThat(sync().changed()).isZero();
        assertThat(rig.store().look(rig.twin("a.bin"))).isEqualTo(Sight.SAME);
        tag(original, "\"two\"");
        Files.setLastModifiedTime(original, time);
        assertThat(rig.store().look(rig.twin("a.bin"))).isEqualTo(Sight.CHANGED);
        assertThat(rig.twin("a.bin").isComplete()).isFalse();
    }

    private static void tag(Path file, String tag) throws IOException {
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                .write("s3.etag", ByteBuffer.wrap(tag.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void namesAndTheHubsNotesPromiseContent() throws Exception {
        String sha = "ab".repeat(32);
        String other = "cd".repeat(32);
        rig.remoteFile("blobs/" + sha, 10);
        rig.remoteFile("blobs/sha256-" + sha, 10);
        rig.remoteFile("model/config.json", 10);
        rig.remoteFile("model/sub/big.safetensors", 10);
        rig.remoteFile("model/changed.safetensors", 10);
        note("model", "sub/big.safetensors", other, System.currentTimeMillis() / 1000.0);
        note("model", "changed.safetensors", other, 1000.5);
        note("model", "config.json", "0".repeat(40), System.currentTimeMillis() / 1000.0);
        rig.open();
        sync();
        ContentDigest promised = new ContentDigest("SHA-256", sha);
        assertThat(rig.twin("blobs/" + sha).promised()).contains(promised);
        assertThat(rig.twin("blobs/sha256-" + sha).promised()).contains(promised);
        assertThat(rig.twin("model/sub/big.safetensors").promised()).contains(new ContentDigest("SHA-256", other));
        assertThat(rig.twin("model/changed.safetensors").promised()).isEmpty();
        assertThat(rig.twin("model/config.json").promised()).isEmpty();
        StoreRig.run("rm", "-r", rig.remote.resolve("model/.cache").toString());
        assertThat(sync().changed()).as("nobody changed a file").isZero();
    }

    private void note(String model, String file, String etag, double seconds) throws IOException {
        Path place =
                rig.remote.resolve(model).resolve(".cache/huggingface/download").resolve(file + ".metadata");
        Files.createDirectories(place.getParent());
        Files.writeString(place, "0123456789abcdef\n" + etag + "\n" + seconds + "\n");
    }
}
