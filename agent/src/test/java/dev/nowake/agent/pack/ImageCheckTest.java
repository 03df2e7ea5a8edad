package dev.nowake.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a check says of images that are not what was packed. */
@Tag("kernel")
class ImageCheckTest {
    private static final byte[] MARK = "here it is".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private Path image;

    @BeforeEach
    void anImage() throws Exception {
        Path model = Files.createDirectory(folder.resolve("model"));
        for (String name : List.of("first", "second", "third")) {
            byte[] content = new byte[1_000_000];
            new Random(name.hashCode()).nextBytes(content);
            System.arraycopy(MARK, 0, content, 500_000, name.equals("second") ? MARK.length : 0);
            Files.write(model.resolve(name), content);
        }
        Files.createSymbolicLink(model.resolve("link"), Path.of("first"));
        Files.createDirectory(model.resolve("sub"));
        image = folder.resolve("model.erofs");
        new PackRun(kernel, new PackOrder(model, image, null, false, true, null)).run();
    }

    private CheckReport check() throws Exception {
        ImageCheck check = new ImageCheck(kernel);
        return check.of(check.subject(image));
    }

    private List<String> wrong() throws Exception {
        return check().wrong().stream()
                .map(each -> each.path().getFileName() + ": " + each.reason())
                .toList();
    }

    private void flip(long at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(at);
            int was = file.read();
            file.seek(at);
            file.write(was ^ 1);
        }
    }

    /** Where the mark is in the image. */
    private long marked() throws IOException {
        byte[] bytes = Files.readAllBytes(image);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.indexOf(new String(MARK, StandardCharsets.ISO_8859_1));
    }

    @Test
    void oneBitAndTheFileIsNamed() throws Exception {
        assertThat(wrong()).isEmpty();
        flip(marked());
        assertThat(wrong()).singleElement().asString().startsWith("second: its content is not what was packed");
    }

    @Test
    void aBitOfItsOwnRecords() throws Exception {
        flip(1024 + 16); // in the superblock, which has a checksum
        assertThatThrownBy(this::check)
                .isInstanceOfSatisfying(
                        PackException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(Kind.FAILED))
                .hasMessageContaining("damaged");
    }

    @Test
    void anImageThatWasCutOff() throws Exception {
        long size = Files.size(image);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(size / 2);
        }
        assertThat(wrong()).anyMatch(line -> line.startsWith("model.erofs: the image has " + size / 2 + " bytes"));
        assertThat(wrong()).anyMatch(line -> line.startsWith("third: "));
    }

    @Test
    void whatIsMissingOtherOrTooMany() throws Exception {
        Path file = Manifest.beside(image);
        Manifest manifest = Manifest.read(file);
        List<Manifest.Entry> files = new ArrayList<>(manifest.files());
        files.removeIf(each -> each.path().equals(Path.of("first")));
        files.add(new Manifest.Entry(Path.of("fourth"), 5, "0".repeat(64)));
        files.add(new Manifest.Entry(Path.of("sub"), 5, "0".repeat(64)));
        files.replaceAll(each ->
                each.path().equals(Path.of("third")) ? new Manifest.Entry(each.path(), 7, each.sha256()) : each);
        List<Manifest.Link> links = List.of(
                new Manifest.Link(Path.of("link"), Path.of("second")),
                new Manifest.Link(Path.of("gone"), Path.of("x")));
        new Manifest(
                        manifest.uuid(),
                        manifest.imageBytes(),
                        null,
                        4096,
                        files,
                        links,
                        List.of(Path.of("sub"), Path.of("second"), Path.of("nowhere")))
                .write(file);
        assertThat(wrong())
                .containsExactlyInAnyOrder(
                        "first: not in the manifest",
                        "fourth: missing",
                        "sub: no file",
                        "third: it has 1000000 bytes instead of 7",
                        "link: the link leads elsewhere",
                        "gone: missing",
                        "second: no folder",
                        "nowhere: missing");
    }

    @Test
    void noImageNoManifestOrAnothers() throws Exception {
        Path file = Manifest.beside(image);
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("\"uuid\" : \"....", "\"uuid\" : \"0000"));
        assertThatThrownBy(this::check).hasMessageContaining("another image");
        Files.delete(file);
        assertThatThrownBy(this::check).hasMessageContaining("not there");
        Files.writeString(file, text);
        Files.write(image, new byte[10_000]);
        assertThatThrownBy(this::check).hasMessageContaining("not an EROFS image");
        Files.write(image, new byte[0]);
        assertThatThrownBy(this::check).hasMessageContaining("not an EROFS image");
        assertThatThrownBy(() -> new ImageCheck(kernel).subject(folder)).hasMessageContaining("not an EROFS image");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}",
                "{\"version\":2,\"files\":[]}",
                "{\"version\":1,\"files\":[{\"path\":\"../etc/passwd\"}]}",
                "{\"version\":1,\"files\":[{\"path\":\"/etc/passwd\"}]}",
                "{\"version\":1,\"files\":[{\"path\":\"a/../../b\"}]}",
                "{\"version\":1,\"files\":[{\"pathBase64\":\"L2V0Yw==\"}]}",
                "{\"version\":1,\"files\":[{\"pathBase64\":\"!\"}]}",
                "{\"version\":1,\"files\":[{\"pathBase64\":\"AA==\"}]}",
                "{\"version\":1,\"files\":[],\"folders\":[{\"path\":\"..\"}]}",
                "\0\0"
            })
    void aBrokenManifest(String text) throws Exception {
        Files.writeString(Manifest.beside(image), text);
        assertThatThrownBy(this::check)
                .isInstanceOf(PackException.class)
                .hasMessageContaining("not a manifest of nowake pack");
    }
}
