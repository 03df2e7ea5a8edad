package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.pack.ImageWay;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** The verbs that work without the daemon, on a model in a mounted image. */
@Tag("kernel")
@Timeout(60)
class ImageVerbsTest {
    private static final int SIZE = 16 * ModelFiles.MIB;

    @TempDir
    private Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.FFM);

    @ParameterizedTest
    @EnumSource(ImageWay.class)
    void inspectResidencyPrefetchEvictAndDoctor(ImageWay way) throws Exception {
        Path model = Files.createDirectory(folder.resolve("model"));
        ModelFiles.safetensors(model.resolve("model.safetensors"), SIZE, 5);
        Path image = folder.resolve("model.erofs");
        assertThat(CliRun.real("pack", model.toString(), image.toString()).exit())
                .isZero();
        Path point = Files.createDirectory(folder.resolve("point"));
        try (ImageWay.Mounted mounted = way.mount(kernel, image, point)) {
            Path file = mounted.point().resolve("model.safetensors");
            assertThat(json("inspect", point).path("model").asString()).isEqualTo("point");
            assertThat(residentBytes(file)).as("a look brings nothing in").isZero();
            assertThat(json("prefetch", point).path("error").isMissingNode()).isTrue();
            assertThat(residentBytes(file)).isGreaterThan(SIZE * 97L / 100);
            assertThat(json("evict", point).path("residentBytes").asLong()).isZero();
            assertThat(residentBytes(file)).isZero();
            CliRun doctor = CliRun.real("doctor", point.toString());
            assertThat(doctor.out().contains("keeps what is released here"))
                    .as(doctor.out())
                    .isEqualTo(way.keepsTwice());
        }
    }

    private static JsonNode json(String verb, Path path) {
        CliRun run = CliRun.real(verb, "--output", "json", path.toString());
        assertThat(run.exit()).as(run.err()).isZero();
        return run.json();
    }

    private static long residentBytes(Path file) {
        return json("residency", file)
                .path("files")
                .path(0)
                .path("residentBytes")
                .asLong(-1);
    }
}
