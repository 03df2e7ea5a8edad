package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The daemon is killed at random moments, and started again, while processes load files through its mirror that are not here
 * yet. How often: {@code -Dnowake.faults.kills=100}; the seed stands in the report. What it may cost a loader is an error, and
 * time; never a wrong byte. {@code samples/faults/mirror.sh} does the same at full size.
 */
@Tag("kernel")
final class MirrorKillTest {
    private static final int KILLS = Integer.getInteger("nowake.faults.kills", 3);
    private static final int LONGEST_LIFE_MILLIS = 1_200;
    private static final int LONGEST_STOP_MILLIS = 200;
    private static final int FILES = 3;
    private static final int FILE_BYTES = 5 * MirrorHost.MIB + 1_234;
    private static final double FOREVER_SECONDS = 3600;

    @BeforeAll
    static void server() throws Exception {
        SlowServer.compile();
    }

    @Test
    void loadersGetEveryByteRight() throws Exception {
        Path folder = MirrorHost.folder();
        Path origin = Files.createDirectory(folder.resolve("origin"));
        for (int seed = 1; seed <= FILES; seed++) {
            Loaders.make(origin, seed, FILE_BYTES);
        }
        Path shown = Files.createDirectory(folder.resolve("shown"));
        Path remote = Files.createDirectory(folder.resolve("remote"));
        SlowServer server = SlowServer.start(shown, remote, 2_000, "--bandwidth", "25M");
        try (MirrorHost host = MirrorHost.make(folder, remote, folder.resolve("local"))) {
            host.configure("rescan: 500ms, revalidate: 500ms, timeout: 30s"); // a busy host is not what is tried here
            long seed = Long.getLong("nowake.faults.seed", System.nanoTime());
            cold(origin, shown, 0);
            try (Loaders loaders = Loaders.load(FOREVER_SECONDS, 4, host.local, host.folder)) {
                Random random = new Random(seed);
                for (int i = 0; i < KILLS; i++) {
                    life(host, random, i);
                    cold(origin, shown, i + 1);
                }
                host.start();
                JsonNode result = loaders.stop().result(60);
                System.out.printf(
                        "%d kills, seed %d: %s%n", KILLS, seed, result); // samples/faults/mirror.sh looks for it
                assertThat(result.path("wrong").asLong()).isZero();
                assertThat(result.path("loads").asLong()).isPositive();
                assertThat(result.path("errors").asLong()).isLessThanOrEqualTo(KILLS);
            }
            awaitEveryByte(host);
            assertThat(host.keepers()).hasSize(1);
            host.daemon().stop();
            host.assertNothingLeft();
            server.end(); // before the host goes, with what is mounted in its folder
        } finally {
            server.end();
            if (Files.exists(folder)) {
                Rig.delete(folder);
            }
        }
    }

    /** A model that nobody has loaded yet. None goes: whoever loads what is gone from the remote gets an error for that. */
    private static void cold(Path origin, Path shown, int round) throws IOException {
        Path fresh = Files.createDirectory(shown.resolve(".round"));
        for (int seed = 1; seed <= FILES; seed++) {
            Files.createLink(fresh.resolve(seed + ".bin"), origin.resolve(seed + ".bin"));
        }
        Files.move(fresh, shown.resolve("round" + round));
    }

    /** Killed while it starts, while it works, or while it ends. */
    private static void life(MirrorHost host, Random random, int number) throws Exception {
        DaemonProcess daemon = host.launch();
        if (number % 3 != 0) {
            assertThat(daemon.firstLine()).isEqualTo("ready");
        }
        daemon.awaitEnd(random.nextInt(LONGEST_LIFE_MILLIS));
        assertThat(daemon.runs()).isTrue();
        if (number % 3 == 2) {
            daemon.ask();
            daemon.awaitEnd(random.nextInt(LONGEST_STOP_MILLIS));
        }
        daemon.kill();
    }

    private static void awaitEveryByte(MirrorHost host) {
        await("complete").atMost(MirrorHost.SOON).untilAsserted(() -> {
            for (int seed = 1; seed <= FILES; seed++) {
                assertThat(MirrorHost.said(host.check("round" + KILLS + "/" + seed + ".bin")))
                        .isEqualTo("RIGHT");
            }
        });
    }
}
