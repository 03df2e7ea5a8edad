package dev.nowake.agent.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The programs, installed and built when first asked for; without them a test is skipped with the reason, in CI it fails. */
final class RemoteTools {
    private static Path servers;
    private static Path slowfs;

    private RemoteTools() {}

    static synchronized Path slowfs() throws Exception {
        if (slowfs == null) {
            slowfs = builtBy("../samples/slowfs/build.sh");
        }
        return slowfs;
    }

    /** The folder of what is not installed; {@code sshfs}, {@code rclone} and {@code s3fs} are on the path then. */
    static synchronized Path servers() throws Exception {
        if (servers == null) {
            servers = builtBy("../samples/servers/install.sh");
        }
        return servers;
    }

    private static Path builtBy(String script) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounts need root");
        Process build = new ProcessBuilder(script).start();
        String path = build.inputReader().readLine();
        String reason = new String(build.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        boolean built = build.waitFor() == 0;
        if (System.getenv("CI") != null) {
            assertThat(built).as(reason).isTrue();
        }
        assumeTrue(built, reason);
        return Path.of(path);
    }

    /** Where the unpacked sshd finds its libraries. */
    static String libraries() throws Exception {
        try (Stream<Path> folders =
                Stream.of("lib", "usr/lib").map(path -> servers.resolve(path)).flatMap(RemoteTools::list)) {
            return folders.filter(path -> path.getFileName().toString().endsWith("-linux-gnu"))
                    .map(Path::toString)
                    .collect(Collectors.joining(":"));
        }
    }

    private static Stream<Path> list(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList().stream();
        } catch (IOException none) {
            return Stream.empty();
        }
    }

    /** The build puts it there; where only javac ran it is Maven's own copy. */
    static Path s3proxy() throws IOException {
        Path built = Path.of("target/servers/s3proxy.jar").toAbsolutePath();
        if (Files.exists(built)) {
            return built;
        }
        Path cached = Path.of(System.getProperty("user.home"), ".m2/repository/org/gaul/s3proxy");
        try (Stream<Path> jars = Files.exists(cached) ? Files.walk(cached, 2) : Stream.empty()) {
            Path jar = jars.filter(path -> path.toString().endsWith("-jar-with-dependencies.jar"))
                    .findFirst()
                    .orElse(null);
            assumeTrue(jar != null, "no S3 server: ./mvnw process-test-resources fetches it");
            return jar;
        }
    }
}
