package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files, clocks and switches that change while a mirror is used. */
@Tag("kernel")
final class MirrorWorldChangesTest {
    private static final int PIECE = 4 * MirrorHost.MIB;
    private static final long YEARS = Duration.ofDays(3652).toSeconds();

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
            Loaders.make(origin, seed, 2 * PIECE + 123);
        }
        server = SlowServer.start(origin, remote, 1_000, "--attr-seconds", "0");
        host = MirrorHost.make(folder, remote, folder.resolve("local"));
        host.configure("rescan: 300ms, revalidate: 0s, timeout: 10s, lookahead: 0");
    }

    @AfterEach
    void tearDown() throws Exception {
        boolean runs = host.daemon().runs();
        server.answer();
        server.end();
        host.close();
        assertThat(runs).as("the daemon runs to the end").isTrue();
    }

    private void expectRight(String name) throws Exception {
        assertThat(MirrorHost.said(host.check(name))).isEqualTo("RIGHT");
    }

    private static String told(Process held, long offset) throws Exception {
        MirrorHost.tell(held, offset);
        return held.inputReader().readLine();
    }

    /** Another process compares what the mirror shows with what the remote has. */
    private void expectSame(String name) {
        await().atMost(MirrorHost.SOON)
                .until(() -> new ProcessBuilder(
                                        "cmp",
                                        "-s",
                                        host.local.resolve(name).toString(),
                                        origin.resolve(name).toString())
                                .start()
                                .waitFor()
                        == 0);
    }

    /** Who has the former file open keeps what is there of it, and gets no byte of the other one. */
    @Test
    void aFileThatIsReplacedWhileItIsFilledIsNeverMixed() throws Exception {
        host.serve();
        Process held = host.held("2.bin");
        assertThat(held.inputReader().readLine()).isEqualTo("open");
        server.hang();
        MirrorHost.tell(held, 0);
        await().atMost(MirrorHost.SOON).until(() -> host.waiting() == 1);
        Path other = Files.copy(origin.resolve("3.bin"), folder.resolve("other"));
        Files.move(other, origin.resolve("2.bin"), StandardCopyOption.ATOMIC_MOVE);
        server.answer();
        assertThat(held.inputReader().readLine().split(" ")[0]).isIn("RIGHT", "EIO");
        assertThat(told(held, PIECE).split(" ")[0]).isIn("RIGHT", "EIO");
        expectSame("2.bin");
        assertThat(told(held, PIECE).split(" ")[0]).isIn("RIGHT", "EIO");
        expectRight("1.bin");
    }

    @Test
    void aFileThatGrowsWhileItIsFilledIsAnotherOne() throws Exception {
        host.serve();
        Process held = host.held("2.bin");
        assertThat(held.inputReader().readLine()).isEqualTo("open");
        assertThat(told(held, 0)).startsWith("RIGHT");
        byte[] more = new byte[MirrorHost.MIB];
        Files.write(origin.resolve("2.bin"), more, StandardOpenOption.APPEND);
        assertThat(told(held, PIECE + 4096 * 3).split(" ")[0]).isIn("RIGHT", "EIO");
        expectSame("2.bin");
        assertThat(Files.size(host.local.resolve("2.bin"))).isEqualTo(2 * PIECE + 123 + more.length);
        Files.write(origin.resolve("1.bin"), new byte[100], StandardOpenOption.TRUNCATE_EXISTING);
        expectSame("1.bin");
    }

    /** Whoever opens it before the folder has been looked through again is told that it is not there to be had. */
    @Test
    void aFileThatIsGoneBeforeItWasBroughtIsAnErrorWithItsReason() throws Exception {
        host.configure("rescan: 1h, revalidate: 0s, timeout: 10s, lookahead: 0");
        host.serve();
        expectRight("1.bin");
        Files.delete(origin.resolve("1.bin"));
        Files.delete(origin.resolve("2.bin"));
        assertThat(MirrorHost.said(host.check("2.bin"))).startsWith("open EIO");
        expectRight("1.bin");
    }

    /** Times are compared with each other and with no clock, and say after a restart what they said before. */
    @Test
    void timesThatNoClockShowsAreAsGoodAsOthers() throws Exception {
        Files.setLastModifiedTime(origin.resolve("1.bin"), FileTime.from(Instant.parse("2099-01-01T00:00:00.5Z")));
        Files.setLastModifiedTime(origin.resolve("2.bin"), FileTime.from(Instant.parse("1960-06-01T00:00:00Z")));
        Files.setLastModifiedTime(origin.resolve("3.bin"), FileTime.fromMillis(0));
        host.serve();
        for (String name : new String[] {"1.bin", "2.bin", "3.bin"}) {
            expectRight(name);
            await().atMost(MirrorHost.SOON)
                    .until(() -> host.told("complete").stream().anyMatch(line -> line.contains("/" + name)));
            assertThat(Files.getLastModifiedTime(host.local.resolve(name)).toMillis() / 1000)
                    .isEqualTo(Files.getLastModifiedTime(origin.resolve(name)).toMillis() / 1000);
        }
        host.daemon().kill();
        host.serve();
        long asked = server.end(); // nothing is brought again: there is nobody to ask
        assertThat(asked).isPositive();
        expectRight("1.bin");
        expectRight("2.bin");
        expectRight("3.bin");
    }

    @Test
    void aClockSetByYearsDelaysAndChangesNothing() throws Exception {
        Path library = folder.resolve("clock.so");
        Path offset = folder.resolve("offset");
        Reader.run(
                "gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", "" + library, "../samples/faults/clock.c");
        set(offset, 0);
        host.launch("env", "LD_PRELOAD=" + library, "CLOCK_OFFSET=" + offset);
        assertThat(host.daemon().firstLine()).isEqualTo("ready");
        expectRightSoon("1.bin");
        Process held = host.held("2.bin");
        assertThat(held.inputReader().readLine()).isEqualTo("open");
        assertThat(told(held, 0)).startsWith("RIGHT");
        set(offset, YEARS);
        assertThat(told(held, PIECE)).startsWith("RIGHT");
        expectRight("1.bin");
        set(offset, -YEARS);
        expectRight("2.bin");
        expectRight("3.bin");
        set(offset, 0);
        expectRight("1.bin");
        assertThat(host.told("failed")).isEmpty();
        assertThat(host.journal("synced")).allMatch(line -> line.path("changed").asInt() == 0);
    }

    private void expectRightSoon(String name) {
        await().atMost(MirrorHost.SOON)
                .until(() -> MirrorHost.said(host.check(name)).equals("RIGHT"));
    }

    private static void set(Path file, long seconds) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        Files.write(file, bytes.putLong(0, seconds).array(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Everything nowake does stops, but not what readers wait for. */
    @Test
    void aMirrorThatIsSwitchedOffServesAndEvictsNothing() throws Exception {
        host.serve();
        expectRight("1.bin");
        Path disable = Files.createFile(host.run.resolve("disable"));
        await().atMost(MirrorHost.SOON).until(() -> evict().contains("nothing is done now"));
        long blocks = blocks("1.bin");
        expectRight("1.bin");
        expectRight("2.bin");
        expectRight("3.bin");
        assertThat(blocks("1.bin")).isEqualTo(blocks).isGreaterThan(2 * PIECE / 512);
        Files.delete(disable);
        await().atMost(MirrorHost.SOON).until(() -> {
            evict();
            return blocks("1.bin") < 100;
        });
        expectRight("1.bin");
    }

    private long blocks(String name) throws Exception {
        return Long.parseLong(
                Reader.run("stat", "-L", "-c", "%b", host.local.resolve(name).toString()));
    }

    /** What the command line says when it is to evict all of the mirror. */
    private String evict() throws Exception {
        Process evict = new ProcessBuilder(Reader.java(
                        "dev.nowake.agent.cli.Main",
                        "evict",
                        "--tier",
                        "disk",
                        "--socket",
                        host.run.resolve("sock").toString(),
                        host.local.toRealPath().toString()))
                .redirectErrorStream(true)
                .start();
        return MirrorHost.said(evict);
    }

    /** It answers opens and lookups, and each read with an error. */
    @Test
    void aRemoteWhoseReadsFailIsAnErrorUntilTheyDoNot() throws Exception {
        server.end();
        server = SlowServer.start(origin, host.remote, 1_000, "--attr-seconds", "0", "--fail-after", "1");
        host.serve();
        assertThat(MirrorHost.said(host.check("1.bin"))).startsWith("EIO");
        assertThat(MirrorHost.said(host.check("2.bin"))).startsWith("EIO");
        await().atMost(MirrorHost.SOON)
                .until(() -> host.told("failed").stream().anyMatch(line -> line.contains("remote/1.bin")));
        server.end();
        server = SlowServer.start(origin, host.remote, 1_000, "--attr-seconds", "0");
        expectRightSoon("1.bin");
        expectRightSoon("2.bin");
    }
}
