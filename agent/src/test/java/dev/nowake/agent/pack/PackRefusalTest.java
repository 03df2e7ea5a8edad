package dev.nowake.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.agent.pack.PackException.Kind;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not packed, what goes wrong on the way, and that nothing half is left of it. */
@Tag("kernel")
class PackRefusalTest {
    @TempDir
    Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private Path model;
    private Path image;

    @BeforeEach
    void aModel() throws IOException {
        model = Files.createDirectory(folder.resolve("model"));
        image = folder.resolve("model.erofs");
        byte[] content = new byte[3 << 20];
        new Random(1).nextBytes(content);
        Files.write(model.resolve("model.safetensors"), content);
    }

    private void pack(Path from, Path to, Compression compression, Path mkfs) throws Exception {
        new PackRun(kernel, new PackOrder(from, to, compression, false, false, mkfs)).run();
    }

    private void assertRefused(Kind kind, String why, Path from, Path to, Compression compression, Path mkfs) {
        assertThatThrownBy(() -> pack(from, to, compression, mkfs))
                .hasMessageContaining(why)
                .isInstanceOfSatisfying(
                        PackException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(kind));
        assertNothingMade();
    }

    private void assertRefused(Kind kind, String why, Path from, Path to) {
        assertRefused(kind, why, from, to, null, null);
    }

    private void assertNothingMade() {
        try (var left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .allMatch(name -> name.equals("model") || name.startsWith("mkfs"));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    @Test
    void placesThatWillNotDo() {
        assertRefused(Kind.USAGE, "put it elsewhere", model, model.resolve("model.erofs"));
        assertRefused(Kind.USAGE, "put it elsewhere", model, folder.resolve("model/../model/model.erofs"));
        assertRefused(Kind.USAGE, "make it first", model, folder.resolve("nowhere/model.erofs"));
        assertRefused(Kind.USAGE, "a folder", model, folder);
        Path file = model.resolve("model.safetensors");
        assertRefused(Kind.USAGE, "put it elsewhere", file, file);
        assertThatThrownBy(() -> pack(folder.resolve("missing"), image, null, null))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> pack(Path.of("/dev/null"), image, null, null)).hasMessageContaining("neither");
    }

    @Test
    void modelsThatAreNotWhole() throws Exception {
        Path link = Files.createSymbolicLink(model.resolve("missing.safetensors"), Path.of("../blobs/none"));
        assertRefused(Kind.FAILED, "complete the model", model, image);
        Files.delete(link);
        Path part = Files.createFile(model.resolve(".model.safetensors.nowake-part"));
        assertRefused(Kind.FAILED, "not finished", model, image);
        Files.delete(part);
        Files.delete(model.resolve("model.safetensors"));
        assertRefused(Kind.USAGE, "no file in it", model, image);
        Files.createDirectory(model.resolve("blobs"));
        Files.writeString(model.resolve("blobs/" + "0".repeat(64)), "not that");
        assertRefused(Kind.FAILED, "its name says", model, image);
    }

    @Test
    void noMkfsOrOneThatWillNotDo() throws Exception {
        assertRefused(Kind.NOT_SUPPORTED, "apt install erofs-utils", model, image, null, folder.resolve("mkfs"));
        assertRefused(Kind.NOT_SUPPORTED, "too old", model, image, null, script("echo mkfs.erofs 1.3"));
        assertRefused(Kind.NOT_SUPPORTED, "upgrade", model, image, null, script("echo 'mkfs.erofs (erofs-utils) 1.8'"));
        assertRefused(Kind.NOT_SUPPORTED, "version", model, image, null, script("echo hello"));
        assertRefused(Kind.NOT_SUPPORTED, "it has", model, image, Compression.parse("brotli"), null);
        assertRefused(Kind.FAILED, "failed", model, image, Compression.parse("lz4hc,99"), null);
    }

    private Path script(String body) throws IOException {
        Path script = folder.resolve("mkfs" + body.hashCode());
        Files.writeString(script, "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** The host's mkfs.erofs, with something that happens before it writes; the last two words are image and tree. */
    private Path before(String happens) throws IOException {
        return script("""
                case $1 in -V | --help) exec mkfs.erofs "$1" ;; esac
                for tree; do :; done
                image=$(readlink -f "${tree%%tree}image")
                %s
                exec mkfs.erofs "$@"
                """.formatted(happens));
    }

    /** There was room when it was looked for. */
    @Test
    void aDiskThatFillsUpMidway() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("mkfs-disk"));
        run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString());
        try {
            Path mkfs = before("dd if=/dev/zero of=\"${image%/*}/other\" bs=1M count=7 2>/dev/null");
            assertRefused(Kind.FAILED, "No space left", model, disk.resolve("model.erofs"), null, mkfs);
            try (var left = Files.list(disk)) {
                assertThat(left.map(path -> path.getFileName().toString())).containsExactly("other");
            }
            assertRefused(Kind.FAILED, "make room", model, disk.resolve("model.erofs"));
        } finally {
            run("umount", disk.toString());
        }
    }

    private static void run(String... words) throws Exception {
        assertThat(new ProcessBuilder(words).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void aModelThatChangesMeanwhile() throws Exception {
        Path mkfs = before("touch -d @1 " + model.resolve("model.safetensors"));
        assertRefused(Kind.FAILED, "changed while it was packed", model, image, null, mkfs);
    }

    /** A folder as it is goes to mkfs.erofs as it lies there: what comes while it is hashed would be in no list. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo more > more.safetensors",
                "ln -s model.safetensors latest",
                "ln -s \"$0\" outside",
                "ln -s nowhere missing",
                "mkdir tokenizer",
                "mkdir tokenizer; echo more > tokenizer/more.json",
                "mkfifo pipe",
                "echo half > .model.safetensors.nowake-part",
                "rm model.safetensors",
                "ln -sf config.json link",
                "rmdir empty",
                "rm -r folder",
                "rm -r folder; echo a file > folder"
            })
    void whatComesAndGoesMeanwhile(String happens) throws Exception {
        Files.writeString(model.resolve("config.json"), "{}");
        Files.createSymbolicLink(model.resolve("link"), Path.of("model.safetensors"));
        Files.createDirectory(model.resolve("folder"));
        Files.writeString(model.resolve("folder/inner.json"), "{}");
        Files.createDirectory(model.resolve("empty"));
        Path mkfs = before("(cd '%s' && %s)".formatted(model, happens));
        assertRefused(Kind.FAILED, "changed while it was packed", model, image, null, mkfs);
    }

    @Test
    void aFileThatComesWhileTheModelIsHashed() throws Exception {
        PackRun run = new PackRun(kernel, new PackOrder(model, image, null, false, false, null));
        Path more = Files.writeString(model.resolve("more.safetensors"), "more");
        assertThatThrownBy(run::run).hasMessageContaining(more + ": changed while it was packed");
        assertNothingMade();
    }

    /** What is laid out as it was listed is not the whole model then. */
    @Test
    void aLinkThatLeadsOutAndComesMeanwhile() throws Exception {
        Path blob = Files.writeString(folder.resolve("model-blob"), "blob");
        Files.createSymbolicLink(model.resolve("one.safetensors"), blob);
        PackRun run = new PackRun(kernel, new PackOrder(model, image, null, false, false, null));
        Path two = Files.createSymbolicLink(model.resolve("two.safetensors"), blob);
        assertThatThrownBy(run::run).hasMessageContaining(two + ": changed while it was packed");
        Files.delete(two);
        new PackRun(kernel, new PackOrder(model, image, null, false, false, null)).run();
        assertThat(image).isRegularFile();
    }

    @Test
    void anMkfsThatWritesSomethingElse() throws Exception {
        Path mkfs = before("set -- $(printf '%s\\n' \"$@\" | sed '$d') /usr/share/doc/erofs-utils");
        assertThatThrownBy(() -> new PackRun(kernel, new PackOrder(model, image, null, false, true, mkfs)).run())
                .hasMessageContaining("was not put in place")
                .hasMessageContaining("missing");
        assertNothingMade();
    }

    @Test
    void anMkfsThatCannotBeRun() throws Exception {
        Path mkfs = before("echo '<E> erofs: [Error 5] Input/output error' >&2; exit 1");
        assertRefused(Kind.FAILED, "[Error 5] Input/output error", model, image, null, mkfs);
    }
}
