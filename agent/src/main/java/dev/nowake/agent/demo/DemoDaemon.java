package dev.nowake.agent.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The daemon in a process of its own, enforcing on one folder. */
final class DemoDaemon implements AutoCloseable {
    private final Process process;

    DemoDaemon(String mainClass, Path root, Path workFolder) throws IOException {
        Path log = workFolder.resolve("daemon.log");
        process = ChildJvm.start(
                log,
                mainClass,
                List.of(
                        "run",
                        "--root",
                        root.toString(),
                        "--enforce",
                        "--state-dir",
                        workFolder.resolve("state").toString(),
                        "--socket",
                        workFolder.resolve("socket").toString()));
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        if (!"ready".equals(line)) {
            close();
            String why = Files.readString(log).strip();
            throw new IOException(why.isEmpty() ? "the daemon did not start" : why);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
