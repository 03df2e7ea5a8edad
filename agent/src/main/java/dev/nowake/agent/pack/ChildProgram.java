package dev.nowake.agent.pack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that is run for its effect: what it wrote, and how it ended. One at a time; stopped from any thread. */
final class ChildProgram {
    /** Of what a program writes only the end is kept: it says why it failed. */
    private static final int KEPT_BYTES = 64 << 10;

    private static final long STOP_SECONDS = 5;

    private Process running;
    private boolean stopped;

    record Ended(int exitCode, String output) {}

    /** @throws IOException where it cannot be started or was stopped */
    Ended run(List<String> command) throws IOException, InterruptedException {
        Process process = start(command);
        try {
            String output = readEnd(process.getInputStream());
            int exit = process.waitFor();
            if (isStopped()) {
                throw new IOException("stopped");
            }
            return new Ended(exit, output);
        } finally {
            process.destroyForcibly();
            synchronized (this) {
                running = null;
            }
        }
    }

    private synchronized Process start(List<String> command) throws IOException {
        if (stopped) {
            throw new IOException("stopped");
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        running = builder.start();
        running.getOutputStream().close();
        return running;
    }

    /** Kills what runs, and lets nothing start any more. Returns when it is gone. */
    void stop() {
        Process process;
        synchronized (this) {
            stopped = true;
            process = running;
        }
        if (process != null) {
            process.destroyForcibly();
            try {
                process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException noTime) {
                Thread.currentThread().interrupt();
            }
        }
    }

    synchronized boolean isStopped() {
        return stopped;
    }

    /** All it wrote; for programs that answer at once. */
    static String output(List<String> command) throws IOException, InterruptedException {
        return new ChildProgram().run(command).output() + "\n";
    }

    private static String readEnd(InputStream from) throws IOException {
        byte[] kept = new byte[0];
        byte[] buffer = new byte[8192];
        for (int got = from.read(buffer); got >= 0; got = from.read(buffer)) {
            int keep = Math.min(kept.length, KEPT_BYTES - got);
            byte[] longer = new byte[keep + got];
            System.arraycopy(kept, kept.length - keep, longer, 0, keep);
            System.arraycopy(buffer, 0, longer, keep, got);
            kept = longer;
        }
        return new String(kept, StandardCharsets.UTF_8);
    }
}
