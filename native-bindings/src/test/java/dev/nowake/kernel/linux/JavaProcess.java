package dev.nowake.kernel.linux;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Java program of the tests, run apart. */
final class JavaProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private JavaProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** {@code options} for the JVM; class path and main class are among them. */
    static JavaProcess start(List<String> options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
        command.addAll(options);
        return new JavaProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    static JavaProcess start(Class<?> main, Path argument) throws IOException {
        return start(List.of("-cp", System.getProperty("java.class.path"), main.getName(), argument.toString()));
    }

    int pid() {
        return Math.toIntExact(process.pid());
    }

    /** Waits for a line; null when there are no more. */
    String line() throws IOException {
        return output.readLine();
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        boolean gone = false;
        try {
            gone = process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!gone) {
            process.destroyForcibly();
        }
    }
}
