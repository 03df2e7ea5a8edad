package dev.nowake.agent.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.model.ByteRange;
import dev.nowake.model.RangeSet;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies on the real kernel, in a folder of the build's own disk. */
class StageTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private Path source;
    private Path target;

    @BeforeEach
    void folders() throws IOException {
        source = Files.createDirectories(folder.resolve("from"));
        target = folder.resolve("to");
    }

    private StageReport stage(Path from, Path to, boolean verify) throws Exception {
        return new StageRun(kernel, from, to, 4, verify).run();
    }

    private Path file(String name, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        Path path = source.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.write(path, content);
    }

    private void assertSame(Path copy, Path original) throws IOException {
        assertThat(Files.mismatch(copy, original))
                .as(copy + " against its source")
                .isEqualTo(-1);
    }

    /** Sizes around a block and a piece: O_DIRECT wants whole blocks, files are as long as they are. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 5 * MIB + 123})
    void anySize(int bytes) throws Exception {
        Path original = file("model.safetensors", bytes);
        StageReport report = stage(source, target, true);
        assertThat(report.failures()).isEmpty();
        assertThat(report.copied()).isEqualTo(1);
        assertThat(report.copiedBytes()).isEqualTo(bytes);
        assertSame(target.resolve("model.safetensors"), original);
        try (var left = Files.list(target)) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactly("model.safetensors");
        }
    }

    @Test
    void modeTimeAndHolesStay() throws Exception {
        Path original = file("sparse.bin", 4096);
        try (RandomAccessFile sparse = new RandomAccessFile(original.toFile(), "rw")) {
            sparse.setLength(64L * MIB);
            sparse.seek(40L * MIB + 5);
            sparse.write("in the middle".getBytes(StandardCharsets.US_ASCII));
        }
        Files.setPosixFilePermissions(original, PosixFilePermissions.fromString("rw-r-----"));
        FileTime time = FileTime.fromMillis(1_700_000_000_123L);
        Files.setLastModifiedTime(original, time);
        StageReport report = stage(source, target, false);
        Path copy = target.resolve("sparse.bin");
        assertSame(copy, original);
        assertThat(report.copiedBytes()).isLessThan(MIB);
        assertThat(kernel.files().status(copy).allocatedBytes()).isLessThan(MIB);
        assertThat(Files.getLastModifiedTime(copy)).isEqualTo(time);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void aNameThatIsNoTextIsCopiedAsItIs() throws Exception {
        byte[] name = {'m', (byte) 0xe4, '.', 'g', 'g', 'u', 'f'};
        Files.write(source.resolve(PathBytes.path(name)), new byte[5000]);
        assertThat(stage(source, target, true).failures()).isEmpty();
        try (var copies = Files.list(target)) {
            assertThat(copies.map(copy -> PathBytes.of(copy.getFileName()))).containsExactly(name);
        }
    }

    /** A snapshot's links lead to blobs outside it, a store's links to what is copied with it. */
    @Test
    void linksOutsideAreFollowedAndLinksInsideStay() throws Exception {
        Path blob = file("blobs/content", 3 * MIB);
        Path snapshot = Files.createDirectories(source.resolve("snapshots/1"));
        Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/content"));
        stage(snapshot, target, true);
        assertThat(target.resolve("model.safetensors")).isRegularFile();
        assertThat(Files.isSymbolicLink(target.resolve("model.safetensors"))).isFalse();
        assertSame(target.resolve("model.safetensors"), blob);
        Path whole = folder.resolve("whole");
        StageReport report = stage(source, whole, false);
        assertThat(report.links()).isEqualTo(1);
        assertThat(Files.readSymbolicLink(whole.resolve("snapshots/1/model.safetensors")))
                .isEqualTo(Path.of("../../blobs/content"));
    }

    @Test
    void theSecondTimeThereIsNothingToDo() throws Exception {
        file("a/model.gguf", MIB);
        stage(source, target, false);
        StageReport again = stage(source, target, true);
        assertThat(again.unchanged()).isEqualTo(1);
        assertThat(again.verified()).isEqualTo(1);
        assertThat(again.copiedBytes()).isZero();
    }

    /** As a killed copy leaves it: a part file of which the record tells the first piece. */
    @Test
    void anEndedCopyGoesOnWhereItWas() throws Exception {
        Path original = file("model.gguf", 6 * MIB);
        Files.createDirectories(target);
        StageFile file = new StageFile(
                original, target.resolve("model.gguf"), kernel.files().status(original), null);
        byte[] first = Files.readAllBytes(original);
        java.util.Arrays.fill(first, 2 * MIB, first.length, (byte) 0);
        Files.write(StageTree.beside(file.target(), ".nowake-part"), first);
        PartRecord.write(
                StageTree.beside(file.target(), ".nowake-part.json"), file, RangeSet.of(new ByteRange(0, 2 * MIB)));
        StageReport report = stage(source, target, true);
        assertThat(report.resumedBytes()).isEqualTo(2 * MIB);
        assertThat(report.copiedBytes()).isEqualTo(4 * MIB);
        assertSame(file.target(), original);
    }

    @Test
    void aRecordOfAChangedSourceIsNotBelieved() throws Exception {
        Path original = file("model.gguf", 3 * MIB);
        Files.createDirectories(target);
        StageFile old = new StageFile(
                original, target.resolve("model.gguf"), kernel.files().status(original), null);
        Files.write(StageTree.beside(old.target(), ".nowake-part"), new byte[3 * MIB]);
        PartRecord.write(
                StageTree.beside(old.target(), ".nowake-part.json"), old, RangeSet.of(new ByteRange(0, 2 * MIB)));
        Files.setLastModifiedTime(original, FileTime.fromMillis(5));
        assertThat(stage(source, target, false).copiedBytes()).isEqualTo(3 * MIB);
        assertSame(old.target(), original);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"version\":1,\"done\":[5]}", "{\"version\":1,\"done\":[9,3]}", "\0\0"})
    void aBrokenRecordMeansCopyingAnew(String text) throws Exception {
        Path original = file("model.gguf", 3 * MIB);
        Files.createDirectories(target);
        Files.write(target.resolve(".model.gguf.nowake-part"), new byte[3 * MIB]);
        Files.writeString(target.resolve(".model.gguf.nowake-part.json"), text);
        assertThat(stage(source, target, false).failures()).isEmpty();
        assertSame(target.resolve("model.gguf"), original);
    }

    @Test
    void aNameThatTellsTheContentIsHeldAgainstIt() throws Exception {
        byte[] content = "weights".getBytes(StandardCharsets.US_ASCII);
        String hex =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        Files.createDirectories(source.resolve("blobs"));
        Files.write(source.resolve("blobs/" + hex), content);
        Files.write(source.resolve("blobs/sha256-" + "0".repeat(64)), content);
        StageReport report = stage(source, target, true);
        assertThat(report.copied()).isEqualTo(1);
        assertThat(report.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.reason()).contains("its name says");
            assertThat(failure.path().toString()).contains("sha256-000");
        });
        assertThat(target.resolve("blobs/sha256-" + "0".repeat(64))).doesNotExist();
    }

    @Test
    void aFileAnotherCopiesIsLeftToIt() throws Exception {
        Path original = file("model.gguf", MIB);
        Files.createDirectories(target);
        Process other = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PartHolder.class.getName(),
                        original.toString(),
                        target.resolve("model.gguf").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.inputReader().readLine())
                    .isEqualTo(target.resolve(".model.gguf.nowake-part").toString());
            assertThat(stage(source, target, false).failures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure.reason()).contains("another nowake stage"));
            assertThat(target.resolve(".model.gguf.nowake-part")).hasSize(MIB);
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(stage(source, target, false).failures()).isEmpty();
        assertSame(target.resolve("model.gguf"), original);
    }

    @Test
    void aLinkInThePlaceOfACopyIsNotWrittenThrough() throws Exception {
        file("model.gguf", MIB);
        Files.createDirectories(target);
        Path elsewhere = folder.resolve("elsewhere");
        Files.createSymbolicLink(target.resolve(".model.gguf.nowake-part"), elsewhere);
        assertThat(stage(source, target, false).failures()).hasSize(1);
        assertThat(elsewhere).doesNotExist();
    }

    /** The promise: a copy leaves less than 16 MiB in page cache, of source and target together. */
    @Test
    void nothingStaysInPageCache() throws Exception {
        Path original = file("model.gguf", 64 * MIB);
        try (FileChannel channel = FileChannel.open(original, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        try (OpenFile open = kernel.files().open(original)) {
            kernel.pageCache().evict(open, 0, 64L * MIB);
        }
        StageReport report = stage(source, target, false);
        assertThat(report.isDirect()).isTrue();
        long resident = 0;
        for (Path path : new Path[] {original, target.resolve("model.gguf")}) {
            try (OpenFile open = kernel.files().open(path)) {
                resident += kernel.pageCache().residency(open, 0, 64L * MIB).residentBytes();
            }
        }
        assertThat(resident).isLessThan(16L * MIB);
    }

    @Test
    void aTargetThatIsAFolderIsOneFailure() throws Exception {
        file("model.gguf", MIB);
        Files.createDirectories(target.resolve("model.gguf/inside"));
        assertThat(stage(source, target, false).failures()).hasSize(1);
    }

    @Test
    void aSourceThatIsNotThere() {
        assertThatThrownBy(() -> stage(source.resolve("nothing"), target, false))
                .isInstanceOf(IOException.class);
    }
}
