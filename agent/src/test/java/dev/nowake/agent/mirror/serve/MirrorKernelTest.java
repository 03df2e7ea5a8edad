package dev.nowake.agent.mirror.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.fill.FillNews;
import dev.nowake.agent.mirror.store.SyncOutcome;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A whole mirror of a folder: other processes read it, and find what the remote has. */
@Tag("kernel")
class MirrorKernelTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MIB = 1 << 20;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final List<SyncOutcome> syncs = new CopyOnWriteArrayList<>();
    private final List<FillNews> news = new CopyOnWriteArrayList<>();
    private final List<Process> readers = new ArrayList<>();
    private Path folder;
    private Path remote;
    private Path local;
    private Mirror mirror;

    @BeforeEach
    void setUp() throws Exception {
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target", "mirror-tests")), "mirror")
                .toRealPath();
        remote = Files.createDirectory(folder.resolve("remote"));
        local = folder.resolve("local");
    }

    @AfterEach
    void tearDown() throws Exception {
        readers.forEach(Process::destroyForcibly);
        if (mirror != null) {
            mirror.close();
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private final class Heard implements MirrorListener {
        @Override
        public void filled(FillNews each) {
            news.add(each);
        }

        @Override
        public void synced(SyncOutcome outcome) {
            syncs.add(outcome);
        }

        @Override
        public void opened(Twin twin, int pid) {
            // nothing is brought ahead here
        }

        @Override
        public void warned(String line) {
            warnings.add(line);
        }
    }

    private void open() throws IOException {
        open(MirrorSettings.of("m", remote, local));
    }

    private void open(MirrorSettings settings) throws IOException {
        syncs.clear();
        mirror = Mirror.open(
                settings,
                new Mirror.Host(kernel, folder.resolve("run"), bytes -> false, new Heard(), Clock.systemUTC()));
        await().atMost(PATIENCE).until(() -> !syncs.isEmpty());
    }

    private Path original(String name, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(name.hashCode()).nextBytes(content);
        Path file = remote.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    private Process start(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        readers.add(process);
        return process;
    }

    /** A reader that reads on, as many bytes as it is told, and prints the sum of all. */
    private Process obedient(Path file) throws IOException {
        return start(
                "python3",
                "-uc",
                "import sys,hashlib\nf=open(sys.argv[1],'rb',buffering=0)\nh=hashlib.sha256()\n"
                        + "for line in sys.stdin:\n n=int(line)\n"
                        + " while n: b=f.read(n); h.update(b); n-=len(b)\n print(h.hexdigest())",
                file.toString());
    }

    private static void tell(Process reader, int bytes) throws IOException {
        reader.getOutputStream().write((bytes + "\n").getBytes(StandardCharsets.US_ASCII));
        reader.getOutputStream().flush();
    }

    private static String said(Process process) throws Exception {
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("ends").isTrue();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private String sum(Path file) throws Exception {
        return said(start("sha256sum", file.toString())).split(" ")[0];
    }

    private void complete() {
        await().atMost(PATIENCE).until(() -> mirror.figures().stored().incomplete() == 0);
    }

    @Test
    void whatIsReadIsWhatTheRemoteHas() throws Exception {
        Path a = original("m/a.safetensors", 9 * MIB + 123);
        original("m/config.json", 500);
        open();
        assertThat(local.resolve("m/a.safetensors")).hasSize(9 * MIB + 123);
        assertThat(Files.getLastModifiedTime(local.resolve("m/a.safetensors"))).isEqualTo(Files.getLastModifiedTime(a));
        assertThat(sum(local.resolve("m/a.safetensors"))).isEqualTo(sum(a));
        assertThat(sum(local.resolve("m/config.json"))).isEqualTo(sum(remote.resolve("m/config.json")));
        complete();
        assertThat(mirror.figures().filling().fetchedBytes()).isEqualTo(9 * MIB + 123 + 500);
        assertThat(Files.getLastModifiedTime(local.resolve("m/a.safetensors"))).isEqualTo(Files.getLastModifiedTime(a));
        Files.move(remote, folder.resolve("unplugged"));
        assertThat(sum(local.resolve("m/a.safetensors"))).isEqualTo(sum(folder.resolve("unplugged/m/a.safetensors")));
        Files.move(folder.resolve("unplugged"), remote);
        assertThat(warnings).isEmpty();
    }

    @Test
    void aMappingAndACopyFindAllBytes() throws Exception {
        Path a = original("a.bin", 6 * MIB);
        open();
        Path copy = folder.resolve("copy");
        assertThat(said(start("cp", local.resolve("a.bin").toString(), copy.toString())))
                .isEmpty();
        assertThat(copy).hasSameBinaryContentAs(a);
        original("b.bin", 6 * MIB);
        mirror.files().sync();
        String program = "import mmap,sys,hashlib; f=open(sys.argv[1],'rb');"
                + "print(hashlib.sha256(mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ)).hexdigest())";
        assertThat(said(start("python3", "-c", program, local.resolve("b.bin").toString())))
                .isEqualTo(sum(remote.resolve("b.bin")));
    }

    @Test
    void aRestartGoesOnWhereItWasAndReadersNoticeNothing() throws Exception {
        Path a = original("a.bin", 16 * MIB);
        open();
        Process reader = obedient(local.resolve("a.bin"));
        tell(reader, MIB);
        String first = reader.inputReader().readLine();
        assertThat(first).hasSize(64);
        mirror.close();
        assertThat(warnings).hasSize(1).first().asString().contains("1 incomplete files of mirror m are open");
        assertThat(local).doesNotExist();
        tell(reader, 15 * MIB);
        open();
        reader.getOutputStream().close();
        assertThat(reader.inputReader().readLine()).isEqualTo(sum(a));
        assertThat(reader.waitFor(10, TimeUnit.SECONDS)).isTrue();
        complete();
        mirror.close();
        mirror = null;
        assertThat(warnings).hasSize(1);
        assertThat(folder.resolve("run/mirror/m.keeper")).doesNotExist();
    }

    /** Nothing in the tree tells of it any more, and who has it open must not read zeros all the same. */
    @Test
    void whatLostItsNameAndIsOpenIsKeptBeyondTheEnd() throws Exception {
        original("a.bin", 16 * MIB);
        open();
        Process reader = obedient(local.resolve("a.bin"));
        tell(reader, MIB);
        assertThat(reader.inputReader().readLine()).hasSize(64);
        Files.delete(local.resolve("a.bin"));
        mirror.close();
        assertThat(warnings).anyMatch(line -> line.contains("1 incomplete files of mirror m are open"));
        tell(reader, 15 * MIB);
        assertThat(reader.waitFor(500, TimeUnit.MILLISECONDS))
                .as("waits, or has failed")
                .isFalse();
        assertThat(reader.inputReader().ready()).isFalse();
        reader.destroyForcibly().waitFor();
        open(); // and takes the keeper's place
    }

    /** The tag is a part of what a file is, when it is listed and when it is fetched. */
    @Test
    void aFileWithATagIsFetchedAndAnewWhenTheTagIsAnother() throws Exception {
        Path a = original("a.bin", 2 * MIB);
        UserDefinedFileAttributeView tags = Files.getFileAttributeView(a, UserDefinedFileAttributeView.class);
        tags.write("s3.etag", StandardCharsets.UTF_8.encode("one"));
        MirrorSettings plain = MirrorSettings.of("m", remote, local);
        open(new MirrorSettings(
                plain.name(),
                remote,
                local,
                plain.budgetBytes(),
                plain.reserveBytes(),
                plain.timeout(),
                plain.rescan(),
                plain.revalidate(),
                plain.vanished(),
                plain.unreachable(),
                plain.streams(),
                plain.lookahead(),
                plain.verify(),
                "user.s3.etag",
                plain.policy(),
                plain.args(),
                plain.mode()));
        assertThat(sum(local.resolve("a.bin"))).isEqualTo(sum(a));
        complete();
        FileTime before = Files.getLastModifiedTime(a);
        original("other", 2 * MIB);
        Files.write(a, Files.readAllBytes(remote.resolve("other")));
        Files.setLastModifiedTime(a, before);
        tags.write("s3.etag", StandardCharsets.UTF_8.encode("two"));
        mirror.files().sync();
        assertThat(sum(local.resolve("a.bin"))).isEqualTo(sum(remote.resolve("other")));
    }

    @Test
    void aChangedRemoteFileIsFetchedAnew() throws Exception {
        original("a.bin", 2 * MIB);
        open();
        sum(local.resolve("a.bin"));
        complete();
        Files.write(remote.resolve("a.bin"), new byte[3 * MIB]);
        mirror.files().sync();
        assertThat(sum(local.resolve("a.bin"))).isEqualTo(sum(remote.resolve("a.bin")));
    }
}
