package dev.nowake.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else may write into the folder where the image goes, and waits for root to write through a link. */
@Tag("kernel")
class ImagePartTest {
    @TempDir
    Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private Path model;
    private Path image;
    private Path part;
    private Path precious;

    @BeforeEach
    void aModel() throws IOException {
        model = Files.createDirectory(folder.resolve("model"));
        Files.write(model.resolve("model.safetensors"), new byte[100_000]);
        Path place = Files.createDirectory(folder.resolve("place"));
        image = place.resolve("model.erofs");
        part = place.resolve(".model.erofs.nowake-part");
        precious = Files.writeString(folder.resolve("precious"), "precious");
    }

    private PackRun run(Path mkfs) throws Exception {
        return new PackRun(kernel, new PackOrder(model, image, null, false, true, mkfs));
    }

    /** The host's mkfs.erofs, with something that happens before it writes. */
    private Path before(String happens) throws IOException {
        Path script = folder.resolve("mkfs");
        Files.writeString(script, """
                #!/bin/sh
                case $1 in -V | --help) exec mkfs.erofs "$1" ;; esac
                %s
                exec mkfs.erofs "$@"
                """.formatted(happens));
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void theListIsNotWrittenThroughALink() throws Exception {
        Files.createSymbolicLink(folder.resolve("place/.model.erofs.json.nowake-part"), precious);
        assertThat(run(null).run().check().isRight()).isTrue();
        assertThat(precious).hasContent("precious");
        assertThat(Files.isSymbolicLink(Manifest.beside(image))).isFalse();
        assertThat(Manifest.read(Manifest.beside(image)).files()).hasSize(1);
    }

    @Test
    void theListIsNotWrittenThroughALinkThatComesMeanwhile() throws Exception {
        Path mkfs = before("ln -s '%s' '%s/place/.model.erofs.json.nowake-part'".formatted(precious, folder));
        assertThat(run(mkfs).run().check().isRight()).isTrue();
        assertThat(precious).hasContent("precious");
        assertThat(Manifest.beside(image)).isRegularFile();
    }

    @Test
    void theImageIsNotWrittenThroughALink() throws Exception {
        Path mkfs = before("ln -sf '%s' '%s'".formatted(precious, part));
        assertThatThrownBy(() -> run(mkfs).run()).hasMessageContaining("somebody removed or replaced it");
        assertThat(precious).hasContent("precious");
        assertThat(image.getParent()).isEmptyDirectory();
    }

    @Test
    void anotherFileUnderTheImagesNameIsNotPutInPlace() throws Exception {
        Path mkfs = before("rm '%2$s'; cp '%1$s' '%2$s'".formatted(precious, part));
        PackOrder unchecked = new PackOrder(model, image, null, false, false, mkfs);
        assertThatThrownBy(() -> new PackRun(kernel, unchecked).run())
                .hasMessageContaining("somebody removed or replaced it");
        assertThat(image).doesNotExist();
        assertThat(Files.exists(Manifest.beside(image), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void aLinkInThePlaceOfWhatAKilledRunLeftIsNotFollowed() throws Exception {
        Files.createSymbolicLink(part, precious);
        assertThatThrownBy(() -> run(null).run()).hasMessageContaining(part + ": a link; remove it");
        assertThat(precious).hasContent("precious");
        assertThat(image).doesNotExist();
    }
}
