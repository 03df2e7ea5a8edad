package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The program {@code samples/faults/loaders.c}: files whose every word tells its place, and processes that load them in every
 * way there is and look at each word.
 */
final class Loaders implements AutoCloseable {
    private static final CProgram PROGRAM = new CProgram("loaders");

    private final Process process;

    private Loaders(Process process) {
        this.process = process;
    }

    /** A file that can be checked; its name is {@code SEED.bin}. */
    static Path make(Path folder, int seed, long bytes) throws Exception {
        Path file = Files.createDirectories(folder).resolve(seed + ".bin");
        Reader.run(PROGRAM.path(), "make", file.toString(), "" + bytes, "" + seed);
        return file;
    }

    /** So many processes load files below the folder, at random, for so long. */
    static Loaders load(double seconds, int processes, Path folder, Path copies) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        PROGRAM.path(), "load", Double.toString(seconds), "" + processes, folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LOADERS_COPIES", copies.toString());
        return new Loaders(builder.start());
    }

    /** Asks them to end; the loads under way are finished. */
    Loaders stop() {
        process.toHandle().destroy(); // the process's own would close its output
        return this;
    }

    /** Waits for their end; what they counted. */
    JsonNode result(long seconds) throws IOException, InterruptedException {
        assertThat(process.waitFor(seconds, TimeUnit.SECONDS))
                .as("every loader ends")
                .isTrue();
        return JsonMapper.shared()
                .readTree(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
