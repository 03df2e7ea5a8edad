package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What may happen to a mirror's remote, its daemon, its keeper and its folders: a reader gets the right bytes or an error. */
@Tag("kernel")
final class MirrorBadDaysTest {
    private static final int PIECE = 4 * MirrorHost.MIB;

    /** What hangs for a moment is no error. */
    private static final String PATIENT = "rescan: 300ms, revalidate: 0s, timeout: 10s, lookahead: 0";

    private Path folder;
    private Path origin;
    private SlowServer server;
    private MirrorHost host;

    @BeforeAll
    static void program() throws Exception {
        SlowServer.compile();
    }

    @BeforeEach
    void setUp() throws Exception {
        folder = MirrorHost.folder();
        origin = Files.createDirectory(folder.resolve("origin"));
        Path remote = Files.createDirectory(folder.resolve("remote"));
        for (int seed = 1; seed <= 3; seed++) {
            Loaders.make(origin, seed, 3 * PIECE + 123);
        }
        server = SlowServer.start(origin, remote, 1_000);
        host = MirrorHost.make(folder, remote, folder.resolve("local"));
        host.configure("rescan: 300ms, revalidate: 0s, timeout: 1s, lookahead: 0");
    }

    @AfterEach
    void tearDown() throws Exception {
        server.answer();
        server.end();
        host.close();
    }

    private static String word(Process reader) throws Exception {
        return MirrorHost.said(reader).split(" ")[0];
    }

    private void expectRight(String name) throws Exception {
        assertThat(MirrorHost.said(host.check(name))).isEqualTo("RIGHT");
    }

    private void complete(String name) throws Exception {
        expectRight(name);
        await().atMost(MirrorHost.SOON)
                .until(() -> host.told("complete").stream().anyMatch(line -> line.contains("/" + name)));
    }

    /** A read of missing bytes fails in time, the next open does not wait, complete files load, and all goes on after it. */
    @Test
    void aRemoteThatHangsIsAnErrorToThoseWhoWaitForItAlone() throws Exception {
        host.serve();
        complete("1.bin");
        Process held = host.held("2.bin");
        assertThat(held.inputReader().readLine()).isEqualTo("open");
        server.hang();
        MirrorHost.tell(held, 0);
        Process complete = host.check("1.bin");
        assertThat(MirrorHost.said(complete)).isEqualTo("RIGHT");
        String[] said = held.inputReader().readLine().split(" ");
        assertThat(said[0]).isEqualTo("EIO");
        assertThat(Integer.parseInt(said[1])).isBetween(500, 10_000);
        server.answer();
        await().atMost(MirrorHost.SOON).until(() -> {
            MirrorHost.tell(held, 0);
            return held.inputReader().readLine().startsWith("RIGHT");
        });
        expectRight("2.bin");
    }

    /** Not even lookups are answered: one opener may wait for the time-out, those who come after it do not. */
    @Test
    void aRemoteThatIsSilentHoldsNoOpensOfWhatIsHere() throws Exception {
        host.serve();
        complete("1.bin");
        assertThat(word(host.page("2.bin", 0))).isEqualTo("RIGHT");
        Reader.run("kill", "-STOP", "" + server.pid());
        assertThat(word(host.page("1.bin", 0))).isEqualTo("RIGHT");
        List<Process> later = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < 8; i++) {
            later.add(host.check("1.bin"));
            later.add(host.page("2.bin", 0));
        }
        for (Process each : later) {
            assertThat(word(each)).isEqualTo("RIGHT");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        assertThat(word(host.page("3.bin", PIECE))).isEqualTo("EIO");
        server.answer();
        await().atMost(MirrorHost.SOON).until(() -> word(host.check("3.bin")).equals("RIGHT"));
    }

    @Test
    void aRemoteThatIsUnmountedTakesNothingAway() throws Exception {
        host.serve();
        complete("1.bin");
        Process held = host.held("2.bin");
        assertThat(held.inputReader().readLine()).isEqualTo("open");
        server.end();
        expectRight("1.bin");
        MirrorHost.tell(held, PIECE);
        assertThat(held.inputReader().readLine()).startsWith("EIO");
        await().atMost(MirrorHost.SOON).until(() -> !host.told("unreachable").isEmpty());
        try (var names = Files.list(host.local)) {
            assertThat(names).hasSize(3);
        }
        server = SlowServer.start(origin, host.remote, 1_000);
        await().atMost(MirrorHost.SOON).until(() -> {
            MirrorHost.tell(held, PIECE);
            return held.inputReader().readLine().startsWith("RIGHT");
        });
        expectRight("3.bin");
    }

    @Test
    void aSecondDaemonIsRefusedAndHarmsNobodyUntilTheFirstHasEnded() throws Exception {
        host.configure(PATIENT);
        host.serve();
        server.hang();
        Process waiting = host.page("1.bin", 0);
        await().atMost(MirrorHost.SOON).until(() -> !host.keepers().isEmpty());
        List<Long> keepers = host.keepers();
        Path elsewhere = Files.createDirectory(folder.resolve("second"));
        try (DaemonProcess second =
                DaemonProcess.run(host.config(), elsewhere.resolve("state"), host.run.resolve("second.sock"))) {
            assertThat(second.firstLine()).isEqualTo("ready");
            Path journal = elsewhere.resolve("state/journal.jsonl");
            expectTold(journal, "another nowake daemon uses");
            assertThat(Files.readString(journal))
                    .containsOnlyOnce("\"event\":\"failed\"")
                    .doesNotContain("\"event\":\"open\"");
            assertThat(host.keepers()).isEqualTo(keepers);
            server.answer();
            assertThat(word(waiting)).isEqualTo("RIGHT");
            host.daemon().stop();
            await("takes its place")
                    .atMost(MirrorHost.SOON)
                    .untilAsserted(() -> assertThat(Files.readString(journal))
                            .containsOnlyOnce("\"event\":\"failed\"")
                            .contains("\"event\":\"open\""));
            expectRight("1.bin");
            second.stop();
        }
    }

    /** One line in the journal, and the same on the daemon's standard error. */
    private void expectTold(Path journal, String words) {
        await().atMost(MirrorHost.SOON).untilAsserted(() -> {
            assertThat(Files.readString(journal)).containsOnlyOnce(words);
            assertThat(Files.readString(folder.resolve("daemon.err"))).containsOnlyOnce(words);
        });
    }

    @Test
    void aKeeperThatWasKilledIsReplacedAndHoldsWhatWaits() throws Exception {
        host.configure(PATIENT);
        host.serve();
        long first = host.keepers().getFirst();
        assertThat(Reader.run("ps", "-o", "sid=", "-p", "" + first))
                .as("what is sent to the daemon's group is not for it")
                .isEqualTo("" + first);
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        await().atMost(MirrorHost.SOON)
                .until(() -> host.keepers().size() == 1 && !host.keepers().contains(first));
        assertThat(host.told("failed")).anyMatch(line -> line.contains("there is another now"));
        server.hang();
        Process waiting = host.page("1.bin", PIECE);
        await().atMost(MirrorHost.SOON).until(() -> isHeld(waiting) && host.waiting() == 1);
        host.daemon().signalKill(); // it ends when the remote lets its threads go
        server.answer();
        host.daemon().kill();
        Process late = host.page("2.bin", PIECE);
        assertThat(waiting.isAlive()).isTrue();
        host.start();
        assertThat(MirrorHost.said(waiting)).startsWith("RIGHT");
        assertThat(word(late)).isEqualTo("RIGHT");
        host.daemon().stop();
        host.assertNothingLeft();
    }

    /** It waits for a permission. */
    private static boolean isHeld(Process process) throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid() + "/wchan")).contains("fanotify");
    }

    /** Nothing on /run is needed to find the keeper again, and the links come back. */
    @Test
    void whatOthersRemoveIsPutBack() throws Exception {
        host.serve();
        Files.delete(host.local);
        await().atMost(MirrorHost.SOON).until(() -> Files.exists(host.local.resolve("1.bin")));
        Rig.delete(host.run.resolve("mirror"));
        await().atMost(MirrorHost.SOON).until(() -> Files.exists(host.local.resolve("1.bin")));
        assertThat(host.told("failed")).anyMatch(line -> line.contains("links"));
        Rig.delete(host.run.resolve("mirror"));
        host.daemon().kill();
        assertThat(host.keepers()).hasSize(1);
        host.serve();
        assertThat(host.keepers()).hasSize(1);
        expectRight("1.bin");
        host.daemon().stop();
        host.assertNothingLeft();
    }

    /** Complete files that are open load at full speed; whoever waits gets what he waits for. */
    @Test
    void aDaemonThatIsStoppedForAWhileIsNoHarm() throws Exception {
        host.serve();
        complete("1.bin");
        Process complete = host.held("1.bin");
        Process incomplete = host.held("2.bin");
        assertThat(complete.inputReader().readLine()).isEqualTo("open");
        assertThat(incomplete.inputReader().readLine()).isEqualTo("open");
        Reader.run("kill", "-STOP", "" + host.daemon().pid());
        MirrorHost.tell(incomplete, PIECE);
        for (int at = 0; at < 3 * PIECE; at += PIECE) {
            MirrorHost.tell(complete, at);
            assertThat(complete.inputReader().readLine()).startsWith("RIGHT");
        }
        assertThat(incomplete.inputReader().ready()).isFalse();
        Reader.run("kill", "-CONT", "" + host.daemon().pid());
        assertThat(incomplete.inputReader().readLine()).startsWith("RIGHT");
    }

    /** A reader of it that waits is killed, one is stopped; somebody removes a local file while it is filled. */
    @Test
    void readersThatEndOrStopHoldNobodyElse() throws Exception {
        host.configure(PATIENT);
        host.serve();
        server.hang();
        Process killed = host.page("1.bin", PIECE);
        Process stopped = host.page("1.bin", PIECE);
        Process other = host.page("1.bin", PIECE);
        await().atMost(MirrorHost.SOON).until(() -> isHeld(killed) && isHeld(stopped) && isHeld(other));
        killed.destroyForcibly().waitFor();
        Reader.run("kill", "-STOP", "" + stopped.pid());
        server.answer();
        assertThat(word(other)).isEqualTo("RIGHT");
        expectRight("1.bin");
        Reader.run("kill", "-CONT", "" + stopped.pid());
        assertThat(word(stopped)).isEqualTo("RIGHT");
        Process reader = host.held("2.bin");
        assertThat(reader.inputReader().readLine()).isEqualTo("open");
        MirrorHost.tell(reader, 0);
        assertThat(reader.inputReader().readLine()).startsWith("RIGHT");
        Files.delete(host.local.resolve("2.bin"));
        await().atMost(MirrorHost.SOON).until(() -> Files.exists(host.local.resolve("2.bin")));
        expectRight("2.bin");
        expectRight("3.bin");
        assertThat(host.journal("broken")).isEmpty();
    }

    /** While no daemon is there: what is known of some files is lost, or nonsense. */
    @Test
    void recordsThatAreLostOrDamagedCostAFetchNoMore() throws Exception {
        host.serve();
        complete("1.bin");
        complete("2.bin");
        assertThat(word(host.page("3.bin", PIECE))).isEqualTo("RIGHT");
        host.daemon().kill();
        Path tree = host.local.toRealPath();
        records(tree.resolve("1.bin")).write("nowake.twin", ByteBuffer.wrap(new byte[100]));
        records(tree.resolve("2.bin")).delete("nowake.twin");
        host.serve();
        await().atMost(MirrorHost.SOON).until(() -> Files.exists(host.local.resolve("2.bin")));
        expectRight("1.bin");
        expectRight("2.bin");
        expectRight("3.bin");
    }

    private static UserDefinedFileAttributeView records(Path file) {
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    }

    /** Nothing is served where nowake itself lies: whoever answers readers would wait for himself. */
    @Test
    void aMirrorThatHoldsTheDaemonsOwnFilesIsRefused() throws Exception {
        Path below = host.local.resolveSibling(".m.nowake").resolve("state");
        Files.createDirectories(below.getParent());
        try (DaemonProcess daemon = DaemonProcess.run(host.config(), below, host.run.resolve("sock"))) {
            assertThat(daemon.firstLine()).isEqualTo("ready");
            expectTold(below.resolve("journal.jsonl"), "it would wait for itself");
            assertThat(Files.exists(host.local, LinkOption.NOFOLLOW_LINKS)).isFalse();
            daemon.stop();
        }
    }
}
