package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.samples.Loader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Another process that uses model files: see {@link ReaderMain} for what it can be told. */
final class Reader implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final Writer acts;

    private Reader(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.acts = process.outputWriter(StandardCharsets.UTF_8);
    }

    static Reader start() throws IOException {
        Reader reader = new Reader(new ProcessBuilder(java(ReaderMain.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        assertThat(reader.answers.readLine()).isEqualTo("ok");
        return reader;
    }

    /** The command line of a JVM that runs a class of the tests' class path. */
    static List<String> java(String mainClass, String... arguments) {
        List<String> words = new ArrayList<>();
        words.add(ProcessHandle.current().info().command().orElse("java"));
        words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx128m"));
        words.add("--enable-native-access=ALL-UNNAMED");
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        words.addAll(List.of(arguments));
        return words;
    }

    /** Loads the whole model in another JVM, as {@link Loader} does, and returns what it printed. */
    static JsonNode load(String how, List<Path> files) throws Exception {
        List<String> words = java(Loader.class.getName(), "--how", how, "--checksum");
        files.forEach(file -> words.add(file.toString()));
        Process loader = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = loader.inputReader(StandardCharsets.UTF_8).readLine();
        assertThat(loader.waitFor()).isZero();
        return JsonMapper.shared().readTree(line);
    }

    /** A program that must end well. */
    static String run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.strip();
    }

    Reader act(String act) throws IOException {
        acts.write(act + "\n");
        acts.flush();
        assertThat(answers.readLine()).as(act).isEqualTo("ok");
        return this;
    }

    Reader open(Path path) throws IOException {
        return act("open " + path);
    }

    Reader map(Path path) throws IOException {
        return act("map " + path);
    }

    long pid() {
        return process.pid();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
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
