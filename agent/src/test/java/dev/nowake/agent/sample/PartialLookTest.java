package dev.nowake.agent.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
final class PartialLookTest {
    private static final long MIB = 1 << 20;

    @TempDir(factory = OnDisk.class)
    private Path folder;

    /** Not on tmpfs, whose pages are all there. */
    static final class OnDisk implements org.junit.jupiter.api.io.TempDirFactory {
        @Override
        public Path createTempDirectory(
                org.junit.jupiter.api.extension.AnnotatedElementContext element,
                org.junit.jupiter.api.extension.ExtensionContext test)
                throws IOException {
            return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "look")
                    .toAbsolutePath();
        }
    }

    @Test
    void aPartOfThePagesTellsAboutAllOfThem() throws Exception {
        Kernel kernel = LinuxKernel.open(Binding.AUTO);
        long size = 160 * MIB;
        Path path = folder.resolve("sparse");
        try (RandomAccessFile made = new RandomAccessFile(path.toFile(), "rw")) {
            made.setLength(size);
        }
        try (OpenFile file = kernel.files().open(path)) {
            kernel.pageCache().populate(file, 32 * MIB, 48 * MIB);
            long exact = kernel.pageCache().residency(file, 0, size).residentBytes();
            assertThat(exact).isGreaterThanOrEqualTo(48 * MIB);

            PartialLook look = new PartialLook(kernel.pageCache(), size);
            assertThat(look.part()).isLessThan(1);
            assertThat((double) look.residentBytes(file, size)).isCloseTo(exact, within(4.0 * MIB));
            for (int i = 0; i < 12; i++) {
                look.cost(100_000_000);
            }
            assertThat(look.part()).isLessThan(1e-5);
            assertThat((double) look.residentBytes(file, size)).isCloseTo(exact, within(4.0 * MIB));
            for (int i = 0; i < 20; i++) {
                look.cost(1000);
            }
            assertThat(look.part()).isEqualTo(1);
            assertThat(look.residentBytes(file, size)).isEqualTo(exact);
        }
    }

    @Test
    void aFileOfNoBytesHasNoneResident() throws Exception {
        Kernel kernel = LinuxKernel.open(Binding.AUTO);
        Path path = Files.createFile(folder.resolve("empty"));
        try (OpenFile file = kernel.files().open(path)) {
            assertThat(new PartialLook(kernel.pageCache(), 0).residentBytes(file, 0))
                    .isZero();
            assertThat(new PartialLook(kernel.pageCache(), 1L << 50).residentBytes(file, 0))
                    .isZero();
        }
    }
}
