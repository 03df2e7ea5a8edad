package dev.nowake.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shipped unit under a real systemd: what is tried stands in {@code systemd/check.sh}. */
@Tag("kernel")
final class SystemdKernelTest {
    /** A script that cannot try it says so and ends with this. */
    private static final int CANNOT = 2;

    @Test
    void theShippedUnitWorksUnderSystemd() throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "a container needs root");
        Path target = Files.createDirectories(Path.of("target", "systemd-tests"));
        ProcessBuilder check = new ProcessBuilder("../systemd/check.sh", "--classpath", classPath());
        check.environment().put("TMPDIR", target.toRealPath().toString());
        check.environment().put("NOWAKE_JAVA", System.getProperty("java.home"));
        Process process = check.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();

        boolean tried = exit != CANNOT;
        if (System.getenv("CI") != null) {
            assertThat(tried).as(output).isTrue();
        }
        Assumptions.assumeTrue(tried, output);
        assertThat(exit).as(output).isZero();
        assertThat(output.lines().filter(line -> line.startsWith("ok "))).hasSize(12);
    }

    private static String classPath() {
        StringBuilder absolute = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            absolute.append(absolute.isEmpty() ? "" : File.pathSeparator)
                    .append(Path.of(entry).toAbsolutePath());
        }
        return absolute.toString();
    }
}
