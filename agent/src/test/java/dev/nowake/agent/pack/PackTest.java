package dev.nowake.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.agent.stage.PathLock;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PathBytes;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images made by the host's mkfs.erofs and mounted by its kernel. */
@Tag("kernel")
class PackTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private Path model;
    private Path image;

    @BeforeEach
    void folders() throws IOException {
        model = Files.createDirectory(folder.resolve("model"));
        image = folder.resolve("model.erofs");
    }

    /** Whatever became of it. */
    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain("nowake-pack");
        try (var left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString())).noneMatch(name -> name.contains("nowake-part"));
        }
    }

    private PackOrder order(Path from) {
        return new PackOrder(from, image, null, false, true, null);
    }

    private PackReport pack(Path from) throws Exception {
        return new PackRun(kernel, order(from)).run();
    }

    private Path file(Path path, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(path.toString().hashCode()).nextBytes(content);
        Files.createDirectories(path.getParent());
        return Files.write(path, content);
    }

    private Path file(String name, int bytes) throws IOException {
        return file(model.resolve(name), bytes);
    }

    private CheckReport check(List<ImageMount.Way> ways) throws Exception {
        ImageCheck check = new ImageCheck(kernel, ways);
        return check.of(check.subject(image));
    }

    private interface Look {
        void at(Path root) throws IOException;
    }

    /** What a mount of it shows. */
    private void mounted(Look look) throws Exception {
        try (WorkFolder work = WorkFolder.make(image)) {
            PrivateThread.run(kernel, mounts -> {
                try (ImageMount mount = ImageMount.of(image, work, List.of(ImageMount.Way.values()), mounts)) {
                    look.at(mount.root());
                    return null;
                }
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, 2 * MIB - 1, 2 * MIB, 5 * MIB + 123})
    void anySize(int bytes) throws Exception {
        Path original = file("model.safetensors", bytes);
        PackReport report = pack(model);
        assertThat(report.files()).isEqualTo(1);
        assertThat(report.check().isRight()).isTrue();
        mounted(root -> assertThat(root.resolve("model.safetensors")).hasSameBinaryContentAs(original));
    }

    /** Names are bytes: also those that are no text. */
    @Test
    void everyNameFolderLinkAndModeStays() throws Exception {
        byte[] odd = (model + "/no text ").getBytes(StandardCharsets.UTF_8);
        byte[] name = java.util.Arrays.copyOf(odd, odd.length + 1);
        name[odd.length] = (byte) 0xff;
        file(PathBytes.path(name), 5000);
        file("with space/new\nline", 10);
        file("übung/模型.gguf", 4097);
        file("empty", 0);
        Files.createDirectories(model.resolve("empty folder"));
        Files.createSymbolicLink(model.resolve("link"), Path.of("with space/new\nline"));
        Path secret = file("secret", 10);
        Files.setAttribute(secret, "unix:mode", 0640);
        PackReport report = pack(model);
        assertThat(report.files()).isEqualTo(5);
        assertThat(report.links()).isEqualTo(1);
        assertThat(report.check().wrong()).isEmpty();
        mounted(root -> {
            assertThat(Files.readAllBytes(root.resolve("link"))).hasSize(10);
            assertThat((Integer) Files.getAttribute(root.resolve("secret"), "unix:mode") & 0777)
                    .isEqualTo(0640);
        });
        Manifest manifest = Manifest.read(Manifest.beside(image));
        assertThat(manifest.files().stream().map(Manifest.Entry::path))
                .contains(PathBytes.path(name).getFileName());
        assertThat(check(List.of(ImageMount.Way.values())).isRight()).isTrue();
    }

    @Test
    void holesStayHoles() throws Exception {
        Path sparse = file("sparse.gguf", 4096);
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(48L * MIB);
            file.seek(40L * MIB + 5);
            file.write("in the middle".getBytes(StandardCharsets.US_ASCII));
        }
        PackReport report = pack(model);
        assertThat(report.notes()).isEmpty();
        assertThat(report.imageBytes()).isGreaterThan(48L * MIB);
        assertThat(report.allocatedBytes()).isLessThan(MIB);
        assertThat(report.check().isRight()).isTrue();
    }

    /** As Hugging Face keeps them: the snapshot's links lead out, two of them to one blob. */
    @Test
    void linksThatLeadOutAreFollowed() throws Exception {
        byte[] content = "weights".getBytes(StandardCharsets.US_ASCII);
        String hex =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        Files.createDirectories(folder.resolve("blobs"));
        Files.write(folder.resolve("blobs/" + hex), content);
        Files.createDirectories(model.resolve("deeper"));
        Files.createSymbolicLink(model.resolve("model.safetensors"), Path.of("../blobs/" + hex));
        Files.createSymbolicLink(model.resolve("deeper/same.safetensors"), folder.resolve("blobs/" + hex));
        file("config.json", 100);
        PackReport report = pack(model);
        assertThat(report.files()).isEqualTo(3);
        assertThat(report.links()).isZero();
        mounted(root -> assertThat(root.resolve("deeper/same.safetensors")).hasBinaryContent(content));
    }

    @Test
    void oneFile() throws Exception {
        Path original = file("model one.gguf", 3 * MIB + 1);
        assertThat(pack(original).files()).isEqualTo(1);
        mounted(root -> assertThat(root.resolve("model one.gguf")).hasSameBinaryContentAs(original));
    }

    /** Whenever and in whichever order its files were written, and whether they are links or files. */
    @Test
    void theSameContentBecomesTheSameBytes() throws Exception {
        for (String name : List.of("b", "a", "c/d")) {
            Files.setLastModifiedTime(file(name, 5000), FileTime.fromMillis(name.hashCode() * 1000L));
        }
        pack(model);
        Path again = Files.createDirectory(folder.resolve("again"));
        Files.createDirectory(again.resolve("c"));
        for (String name : List.of("c/d", "a")) {
            Files.copy(model.resolve(name), again.resolve(name));
        }
        Files.createSymbolicLink(again.resolve("b"), model.resolve("b"));
        Path second = folder.resolve("second.erofs");
        new PackRun(kernel, new PackOrder(again, second, null, false, false, null)).run();
        assertThat(second).hasSameBinaryContentAs(image);
        assertThat(Manifest.beside(second)).hasSameBinaryContentAs(Manifest.beside(image));
    }

    @Test
    void compressedItIsSmallerAndHoldsTheSame() throws Exception {
        Files.write(
                model.resolve("config.json"), "the same again ".repeat(100_000).getBytes(StandardCharsets.US_ASCII));
        file("model.safetensors", MIB);
        PackOrder order = new PackOrder(model, image, Compression.parse("lz4hc,9"), false, true, null);
        PackReport report = new PackRun(kernel, order).run();
        assertThat(report.imageBytes()).isLessThan(report.sizeBytes() - MIB);
        assertThat(report.check().isRight()).isTrue();
        assertThat(Manifest.read(Manifest.beside(image)).compression()).isEqualTo("lz4hc,9");
    }

    @Test
    void aLoopDeviceWillDoAndIsGivenBack() throws Exception {
        file("model.gguf", MIB);
        pack(model);
        CheckReport report = check(List.of(ImageMount.Way.LOOP));
        assertThat(report.mountedBy()).isEqualTo("loop device");
        assertThat(report.wrong()).isEmpty();
        try (var devices = Files.list(Path.of("/sys/block"))) {
            assertThat(devices.map(device -> device.resolve("loop/backing_file"))
                            .filter(Files::exists))
                    .noneMatch(file -> read(file).contains(image.toString()));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException gone) {
            return "";
        }
    }

    /** What was in page cache before stays there, what was not does not. */
    @Test
    void packingLeavesNoPages() throws Exception {
        Path cold = file("cold.safetensors", 16 * MIB);
        Path warm = file("warm.safetensors", 16 * MIB);
        for (Path each : List.of(cold, warm)) {
            try (FileChannel channel = FileChannel.open(each, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        new Footprint(kernel).drop(cold);
        pack(model);
        assertThat(resident(cold)).isZero();
        assertThat(resident(image)).isZero();
        assertThat(resident(warm)).isGreaterThan(15L * MIB);
        check(List.of(ImageMount.Way.values()));
        check(List.of(ImageMount.Way.LOOP));
        assertThat(resident(image)).isZero();
    }

    private long resident(Path path) throws IOException {
        try (OpenFile open = kernel.files().open(path)) {
            return kernel.pageCache().residency(open, 0, Long.MAX_VALUE).residentBytes();
        }
    }

    @Test
    void whatAKilledRunLeftIsWrittenAnewAndWhatAnotherWritesIsLeftAlone() throws Exception {
        file("model.gguf", 10_000);
        Path part = folder.resolve(".model.erofs.nowake-part");
        Files.write(part, new byte[100_000]);
        try (PathLock other = PathLock.take(kernel, part)) {
            assertThat(other).isNotNull();
            assertThatThrownBy(() -> pack(model)).hasMessageContaining("another nowake pack");
            assertThat(part).hasSize(100_000);
        }
        assertThat(pack(model).check().isRight()).isTrue();
    }

    @Test
    void anImageThatIsThereIsReplacedOnlyWhenAsked() throws Exception {
        file("model.gguf", 10_000);
        pack(model);
        byte[] before = Files.readAllBytes(image);
        file("more.gguf", 10_000);
        assertThatThrownBy(() -> pack(model))
                .isInstanceOfSatisfying(
                        PackException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(Kind.USAGE))
                .hasMessageContaining("--force");
        assertThat(image).hasBinaryContent(before);
        new PackRun(kernel, new PackOrder(model, image, null, true, false, null)).run();
        assertThat(check(List.of(ImageMount.Way.values())).files()).isEqualTo(2);
    }
}
