package dev.nowake.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether samples/traces holds what the maker writes. */
class TraceMakerTest {
    @Test
    void theTracesBesideTheSourcesAreThoseItWrites(@TempDir Path folder) throws IOException {
        TraceMaker.writeAll(folder);
        List<Path> written;
        try (Stream<Path> files = Files.list(folder)) {
            written = files.sorted().toList();
        }
        assertThat(written).hasSize(8);
        for (Path file : written) {
            assertThat(Path.of("traces").resolve(file.getFileName())).hasSameTextualContentAs(file);
        }
    }
}
