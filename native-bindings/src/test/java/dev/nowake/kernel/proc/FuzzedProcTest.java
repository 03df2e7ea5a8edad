package dev.nowake.kernel.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every input a long run found worth keeping, again. */
class FuzzedProcTest {
    @Test
    void whatLongRunsFoundEndsWell() throws IOException {
        int inputs = 0;
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/fuzz/proc"))) {
            for (Path file : files.toList()) {
                try {
                    FuzzedProc.fuzzerTestOneInput(Files.readAllBytes(file));
                } catch (Throwable broken) {
                    throw new AssertionError(file.toString(), broken);
                }
                inputs++;
            }
        }
        assertThat(inputs).isGreaterThan(50);
    }
}
