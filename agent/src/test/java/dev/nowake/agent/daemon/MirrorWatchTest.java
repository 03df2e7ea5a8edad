package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.control.ControlClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an operator sees of mirrors, and what a reload makes of them. */
@Tag("kernel")
final class MirrorWatchTest {
    private static final int SIZE = 6 * MirrorHost.MIB + 123;

    private MirrorHost host;

    @BeforeEach
    void setUp() throws Exception {
        host = MirrorHost.make();
        for (int seed = 1; seed <= 3; seed++) {
            Loaders.make(host.remote, seed, SIZE);
        }
    }

    @AfterEach
    void tearDown() throws Exception {
        host.close();
    }

    /** {@code more}: mirrors beside the one with these keys. */
    private void configure(String keys, String... more) throws IOException {
        List<String> mirrors = new ArrayList<>();
        if (keys != null) {
            mirrors.add("{name: m, remote: %s, local: %s, rescan: 500ms, %s}".formatted(host.remote, host.local, keys));
        }
        mirrors.addAll(List.of(more));
        Files.writeString(host.config(), """
                mode: enforce
                roots: [{path: %s, policy: none}]
                mirrors: [%s]
                """.formatted(host.folder.resolve("root"), String.join(", ", mirrors)));
    }

    private String mirror(String name, String remote, String keys) {
        return "{name: %s, remote: %s, local: %s%s}"
                .formatted(name, host.folder.resolve(remote), host.folder.resolve(name), keys);
    }

    private JsonNode mirror(String name) throws IOException {
        for (JsonNode mirror : host.status().path("mirrors")) {
            if (mirror.path("name").asString().equals(name)) {
                return mirror;
            }
        }
        throw new AssertionError("no mirror " + name + " in " + host.status());
    }

    private JsonNode ask(Map<String, Object> request) throws IOException {
        return new ControlClient(host.run.resolve("sock")).ask(request);
    }

    private JsonNode reload() throws IOException {
        JsonNode answer = ask(Map.of("verb", "reload"));
        while (!answer.path("done").asBoolean(true)) {
            answer =
                    ask(Map.of("verb", "reload", "number", answer.path("number").asLong()));
        }
        assertThat(answer.has("error")).as("" + answer).isFalse();
        return answer;
    }

    private String run(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--socket", host.run.resolve("sock").toString()));
        Process process = new ProcessBuilder(Reader.java("dev.nowake.agent.cli.Main", all.toArray(String[]::new)))
                .redirectError(host.folder.resolve("cli.err").toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @Test
    void statusTellsOfEveryMirror() throws Exception {
        Path open = Files.createDirectory(host.folder.resolve("anybodys"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        configure(
                "lookahead: 0, budget: 1GiB",
                mirror("seen", "root", ", mode: observe"),
                "{name: refused, remote: %s, local: %s}"
                        .formatted(host.folder.resolve("elsewhere"), open.resolve("x")));
        host.serve();
        assertThat(MirrorHost.said(host.check("1.bin"))).isEqualTo("RIGHT");
        await().atMost(MirrorHost.SOON)
                .until(() -> mirror("m").path("files").path("complete").asInt() == 1);

        JsonNode served = mirror("m");
        assertThat(served.path("served").asBoolean()).isTrue();
        assertThat(served.path("waitsFor").asString()).isIn("range", "file");
        assertThat(served.path("files").path("total").asInt()).isEqualTo(3);
        assertThat(served.path("files").path("sizeBytes").asLong()).isEqualTo(3L * SIZE);
        assertThat(served.path("files").path("hereBytes").asLong()).isGreaterThanOrEqualTo(SIZE);
        assertThat(served.path("disk").path("budgetBytes").asLong()).isEqualTo(1L << 30);
        assertThat(served.path("filling").path("fetchedBytes").asLong()).isGreaterThanOrEqualTo(SIZE);
        assertThat(served.path("filling").path("waits").asLong()).isPositive();
        assertThat(served.path("gate").path("held").asLong()).isPositive();
        assertThat(served.path("remoteState").path("reachable").asBoolean()).isTrue();
        assertThat(served.path("remoteState").path("lookedSecondsAgo").isNumber())
                .isTrue();
        assertThat(served.path("troubles")).isEmpty();
        assertThat(mirror("seen").path("notServed").asString()).isEqualTo("observe");
        assertThat(mirror("seen").path("files").isNull()).isTrue();
        assertThat(mirror("refused").path("served").asBoolean()).isFalse();
        assertThat(mirror("refused").path("notServed").asString()).contains(open.toString());

        assertThat(run("status")).contains("MIRROR", "not served (observe)", host.local + " <- " + host.remote, "1/3");
        String files = run("mirror", "m");
        assertThat(files).containsPattern("complete +6\\S+ MiB +6\\S+ MiB +0 +1.bin");
        assertThat(run("mirror", host.local.resolve("1.bin").toString()))
                .contains("1.bin")
                .doesNotContain("2.bin");
        assertThat(run("mirror", host.remote.resolve("3.bin").toString()))
                .contains("3.bin")
                .doesNotContain("2.bin");
        assertThat(run("mirror", host.local.resolve("none.bin").toString())).contains("no such file is shown");
        assertThat(ask(Map.of("verb", "mirror-files", "target", "nobody"))
                        .path("error")
                        .path("code")
                        .asString())
                .isEqualTo("not_mirrored");

        Path away = host.folder.resolve("away");
        Files.move(host.remote, away);
        await().atMost(MirrorHost.SOON)
                .until(() -> !mirror("m").path("remoteState").path("reachable").asBoolean());
        assertThat(mirror("m").path("troubles").path(0).asString()).startsWith("the remote does not answer: ");
        assertThat(run("mirror", "m")).contains("remote: ");
        Files.move(away, host.remote);
        await().atMost(MirrorHost.SOON)
                .until(() -> mirror("m").path("remoteState").path("reachable").asBoolean());
    }

    @Test
    void aReloadOpensAndClosesMirrors() throws Exception {
        Path other = Files.createDirectory(host.folder.resolve("other"));
        Loaders.make(other, 7, SIZE);
        configure("lookahead: 0", mirror("seen", "state", ", mode: observe"));
        host.serve();
        assertThat(MirrorHost.said(host.page("1.bin", 0))).startsWith("RIGHT");

        configure(
                "lookahead: 0, budget: 2GiB, timeout: 9s",
                mirror("seen", "state", ", mode: observe"),
                mirror("n", "other", ""));
        JsonNode answer = reload();
        assertThat(answer.path("changes").toString()).contains("mirror n added").contains("mirror m changed: budget");
        assertThat(answer.path("atRestart").toString()).isEqualTo("[\"mirror m: timeout\"]");
        assertThat(mirror("m").path("troubles").toString()).contains("restart to apply: timeout");
        await().atMost(MirrorHost.SOON)
                .until(() -> mirror("m").path("disk").path("budgetBytes").asLong() == 2L << 30);
        Path shown = host.folder.resolve("n/7.bin");
        await().atMost(MirrorHost.SOON).until(() -> Files.exists(shown));
        assertThat(Files.mismatch(shown, other.resolve("7.bin"))).isEqualTo(-1);
        assertThat(MirrorHost.said(host.page("1.bin", 4096))).startsWith("RIGHT"); // it went on

        Process held = host.held("2.bin");
        assertThat(held.inputReader().readLine()).isEqualTo("open");
        configure(null, mirror("seen", "state", ", mode: observe"), mirror("n", "other", ", mode: observe"));
        answer = reload();
        assertThat(answer.path("changes").toString())
                .contains("mirror m removed")
                .contains("mirror n changed: enforce -> observe");
        assertThat(Files.exists(host.local, LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(mirror("n").path("notServed").asString()).isEqualTo("observe");
        assertThat(host.status().path("mirrors")).hasSize(2);
        assertThat(host.journal("closed")).hasSize(2);
        MirrorHost.tell(held, 3L * MirrorHost.MIB); // of a mirror that is not there: waits

        configure("lookahead: 0"); // what was brought is still there
        assertThat(reload().path("changes").toString()).contains("mirror m added", "mirror n removed");
        assertThat(mirror("m").path("files").path("hereBytes").asLong()).isPositive();
        assertThat(MirrorHost.said(host.check("1.bin"))).isEqualTo("RIGHT");
        assertThat(held.inputReader().readLine()).startsWith("RIGHT");
        held.getOutputStream().close();
        configure(null);
        reload();
        await().atMost(MirrorHost.SOON).until(() -> host.keepers().isEmpty());
    }

    /** Nobody is told no, and nobody reads zeros, whose mirror comes back while he waits. */
    @Test
    void whoWaitsForAMirrorThatIsTakenAwayIsAnsweredWhenItIsBack() throws Exception {
        configure("lookahead: 0");
        host.serve();
        Process held = host.held("2.bin");
        assertThat(held.inputReader().readLine()).isEqualTo("open");
        for (int round = 0; round < 4; round++) {
            configure(null);
            reload();
            MirrorHost.tell(held, round * 1024L * 1024);
            configure("lookahead: 0, streams: " + (round + 2));
            assertThat(reload().path("changes").toString()).contains("mirror m added");
            assertThat(held.inputReader().readLine()).startsWith("RIGHT");
        }
        assertThat(host.told("failed")).allMatch(line -> line.contains("incomplete files of mirror m are open"));
    }
}
