package dev.nowake.agent.cli;

import dev.nowake.agent.execute.HostMappings;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.samples.ModelMaker;
import dev.nowake.samples.ModelSpec;
import dev.nowake.samples.Preset;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the launcher runs once after a build, to learn which classes a start loads: every verb that ends by itself, then
 * the daemon seeing a small model loaded and released. Says nothing and never fails; without root it learns less.
 */
final class Training {
    /** Long enough for an open, a plan, a prefetch and a release of a megabyte on a busy host; nobody waits for more. */
    private static final long DAEMON_MILLIS = 700;

    /**
     * The cache keeps how often each method ran, and the next JVM compiles at once what ran this often: with one load the
     * daemon's first opens are interpreted, a millisecond each.
     */
    private static final int LOADS = 300;

    private final Path folder;
    private final PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());

    private Training(Path folder) {
        this.folder = folder;
    }

    /** {@code Training DIR}: works in the empty folder DIR and leaves its files there. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        new Training(Path.of(arguments[0])).run();
        System.exit(0);
    }

    private void run() throws IOException, InterruptedException {
        Path root = folder.resolve("models");
        ModelSpec spec = ModelSpec.of(Preset.LLAMA, 1 << 20).withShards(2).withSync(true);
        List<Path> shards = ModelMaker.write(spec, root);
        for (String verb : List.of("evict", "prefetch", "residency", "inspect")) {
            verb(verb, "--output", "json", root.toString());
            verb(verb, root.toString());
        }
        verb("doctor", "--output", "json");
        policyVerbs(root, shards.getFirst());
        String socket = folder.resolve("socket").toString();
        Thread daemon = new Thread(() -> verb(
                "run",
                "--enforce",
                "--root",
                root.toString(),
                "--state-dir",
                folder.resolve("state").toString(),
                "--socket",
                socket));
        daemon.setDaemon(true);
        daemon.start();
        for (int waits = 0; waits < 50 && daemon.isAlive() && !Files.exists(Path.of(socket)); waits++) {
            Thread.sleep(20);
        }
        // Opens by this process would be the daemon's own, which it does not look at.
        String loads = "for i in $(seq " + LOADS + "); do cat \"$0\" \"$1\"; sleep 0.002; done";
        new ProcessBuilder(
                        "sh",
                        "-c",
                        loads,
                        shards.getFirst().toString(),
                        shards.getLast().toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        daemon.join(DAEMON_MILLIS);
        verb("status", "--output", "json", "--socket", socket);
        verb("resume", "--socket", socket);
        verb("top", "--once", "--socket", socket);
    }

    /** Without a script: the engine for those would make the cache, which every verb maps, several times as large. */
    private void policyVerbs(Path root, Path shard) throws IOException {
        String config = file("nowake.yaml", """
                roots: [{path: "%s"}]
                rules: [{match: {format: safetensors, size: ">1GiB", command: "vllm*"}, policy: none}]
                """.formatted(root));
        String trace = file("some.trace", shard + " 0 4096 0\n" + shard + " 4096 4096 0\n");
        verb("config", "check", "--config", config);
        for (String output : List.of("table", "json")) {
            verb("config", "show", "--config", config, "--output", output);
            verb("explain", "--config", config, shard.toString(), "--output", output);
            verb("policy", "list", "--output", output);
            verb("policy", "check", file("none.jar", "no jar"), "--output", output);
            verb("trace", "show", trace, "--output", output);
        }
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    private void verb(String... arguments) {
        new Main(LinuxKernel::open, new HostMappings(), nowhere, nowhere, false).run(arguments);
    }
}
