package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process with a name of the test's choice (a copy of the shell) that opens a file when it is told to, and keeps it. */
final class NamedReader implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final Writer acts;

    private NamedReader(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.acts = process.outputWriter(StandardCharsets.UTF_8);
    }

    static NamedReader start(Path folder, String name) throws IOException {
        Path program = folder.resolve(name);
        if (!Files.exists(program)) {
            Files.copy(Path.of("/bin/sh").toRealPath(), program);
            assertThat(program.toFile().setExecutable(true)).isTrue();
        }
        String script = "while read -r path; do exec 3<\"$path\"; echo ok; done";
        return new NamedReader(new ProcessBuilder(program.toString(), "-c", script)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    int pid() {
        return Math.toIntExact(process.pid());
    }

    NamedReader open(Path path) throws IOException {
        acts.write(path + "\n");
        acts.flush();
        assertThat(answers.readLine()).isEqualTo("ok");
        return this;
    }

    @Override
    public void close() throws IOException {
        acts.close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
