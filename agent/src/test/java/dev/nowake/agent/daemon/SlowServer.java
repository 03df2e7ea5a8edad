package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** The project's own slow filesystem, serving a folder on a mount point. */
public final class SlowServer {
    private static final Pattern LAST_WORDS =
            Pattern.compile("(\\d+) read requests, (\\d+) bytes, at most (\\d+) at once");

    private static String program;

    private final Process process;
    private final Path mount;
    private Served ended;

    private SlowServer(Process process, Path mount) {
        this.process = process;
        this.mount = mount;
    }

    /** Skips the test where it cannot be compiled. */
    public static void compile() throws Exception {
        Process build = new ProcessBuilder("../samples/slowfs/build.sh")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String path = build.inputReader().readLine();
        boolean built = build.waitFor() == 0;
        if (System.getenv("CI") != null) {
            assertThat(built).as("slowfs is built").isTrue();
        }
        Assumptions.assumeTrue(built, "slowfs cannot be built here: it needs gcc and libfuse3-dev");
        program = path;
    }

    public static SlowServer start(Path folder, Path mount, int latencyMicros, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of(program, "--latency-us", "" + latencyMicros));
        words.addAll(List.of(options));
        words.addAll(List.of(folder.toString(), mount.toString()));
        Process process = new ProcessBuilder(words).start();
        assertThat(process.inputReader().readLine()).isEqualTo("READY");
        return new SlowServer(process, mount);
    }

    public long pid() {
        return process.pid();
    }

    /** Read requests stay unanswered from now on. */
    public void hang() throws Exception {
        Reader.run("kill", "-USR1", "" + pid());
    }

    /** Ends a {@link #hang}, and a SIGSTOP. */
    public void answer() throws Exception {
        if (process.isAlive()) {
            Reader.run("kill", "-CONT", "" + pid());
            Reader.run("kill", "-USR2", "" + pid());
        }
    }

    /** What it was asked in all. */
    public record Served(long requests, long bytes, int mostAtOnce) {}

    /** Unmounts; returns the most read requests it had at once. */
    int end() throws Exception {
        return served().mostAtOnce();
    }

    /** Unmounts; returns what it was asked, or nothing where it did not get to say so. */
    public Served served() throws Exception {
        if (ended == null) {
            ended = unmount();
        }
        return ended;
    }

    private Served unmount() throws Exception {
        new ProcessBuilder("umount", "-l", mount.toString()).start().waitFor();
        process.toHandle().destroy(); // the process's own would close its output
        assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
        try (BufferedReader errors = process.errorReader()) {
            Matcher words = LAST_WORDS.matcher(String.join("\n", errors.lines().toList()));
            return words.find()
                    ? new Served(
                            Long.parseLong(words.group(1)),
                            Long.parseLong(words.group(2)),
                            Integer.parseInt(words.group(3)))
                    : new Served(0, 0, 0);
        }
    }
}
