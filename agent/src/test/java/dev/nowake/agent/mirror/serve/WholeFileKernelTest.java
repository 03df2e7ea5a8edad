package dev.nowake.agent.mirror.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.daemon.SlowServer;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.fill.FillNews;
import dev.nowake.agent.mirror.store.SyncOutcome;
import dev.nowake.kernel.Features;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A mirror on a kernel that does not ask before reads (older than 6.14): an open waits for the whole file. */
@Tag("kernel")
class WholeFileKernelTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MIB = 1 << 20;

    private final Kernel kernel = withoutRanges(LinuxKernel.open(Binding.AUTO));
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final List<SyncOutcome> syncs = new CopyOnWriteArrayList<>();
    private final List<Process> readers = new ArrayList<>();
    private Path folder;
    private Path origin;
    private Path remote;
    private Path local;
    private SlowServer server;
    private Mirror mirror;

    private static Kernel withoutRanges(Kernel real) {
        Map<Feature, String> missing = Stream.of(Feature.values())
                .filter(feature -> !real.features().has(feature))
                .collect(Collectors.toMap(
                        feature -> feature, feature -> real.features().whyMissing(feature)));
        missing.put(Feature.PRE_ACCESS, "as before Linux 6.14");
        Features fewer = new Features(missing);
        return (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals("features") ? fewer : method.invoke(real, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    @BeforeAll
    static void compile() throws Exception {
        SlowServer.compile();
    }

    @BeforeEach
    void setUp() throws Exception {
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target", "mirror-tests")), "whole")
                .toRealPath();
        origin = Files.createDirectory(folder.resolve("origin"));
        remote = Files.createDirectory(folder.resolve("remote"));
        local = folder.resolve("local");
        for (String name : List.of("a.bin", "b.bin")) {
            byte[] content = new byte[5 * MIB + 123];
            new Random(name.hashCode()).nextBytes(content);
            Files.write(origin.resolve(name), content);
        }
        server = SlowServer.start(origin, remote, 500, "--bandwidth", "50M");
        open();
    }

    @AfterEach
    void tearDown() throws Exception {
        if (server != null) {
            server.answer();
        }
        readers.forEach(Process::destroyForcibly);
        mirror.close();
        if (server != null) {
            server.served();
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
            // what readers find counts
        }

        @Override
        public void synced(SyncOutcome outcome) {
            syncs.add(outcome);
        }

        @Override
        public void opened(Twin twin, int pid) {
            // what readers find counts
        }

        @Override
        public void warned(String line) {
            warnings.add(line);
        }
    }

    private void open() throws IOException {
        syncs.clear();
        MirrorSettings usual = MirrorSettings.of("m", remote, local);
        MirrorSettings oneByOne = new MirrorSettings(
                usual.name(),
                remote,
                local,
                null,
                null,
                usual.timeout(),
                usual.rescan(),
                usual.revalidate(),
                usual.vanished(),
                usual.unreachable(),
                1,
                0,
                usual.verify(),
                null,
                usual.policy(),
                usual.args(),
                usual.mode());
        mirror = Mirror.open(
                oneByOne,
                new Mirror.Host(kernel, folder.resolve("run"), bytes -> false, new Heard(), Clock.systemUTC()));
        await().atMost(PATIENCE).until(() -> !syncs.isEmpty());
    }

    private Process start(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        readers.add(process);
        return process;
    }

    private static String said(Process process) throws Exception {
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("ends").isTrue();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private Process sum(Path file) throws IOException {
        return start("sh", "-c", "sha256sum < \"$0\"", file.toString());
    }

    @Test
    void anOpenWaitsForAllOfTheFile() throws Exception {
        assertThat(mirror.figures().waitsFor()).isEqualTo("file");
        Process reader = sum(local.resolve("a.bin"));
        Process mapper = start(
                "python3",
                "-c",
                "import mmap,sys,hashlib; f=open(sys.argv[1],'rb');"
                        + "print(hashlib.sha256(mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ)).hexdigest(),'-')",
                local.resolve("b.bin").toString());
        assertThat(said(reader)).isEqualTo(said(sum(origin.resolve("a.bin"))));
        assertThat(said(mapper).split(" ")[0])
                .isEqualTo(said(sum(origin.resolve("b.bin"))).split(" ")[0]);
        await().atMost(PATIENCE).until(() -> mirror.figures().stored().incomplete() == 0);
        server.served(); // which ends it
        server = null;
        assertThat(said(sum(local.resolve("a.bin")))).isEqualTo(said(sum(origin.resolve("a.bin"))));
        assertThat(warnings).isEmpty();
    }

    @Test
    void whoWaitsForAHungRemoteIsAnsweredByASuccessor() throws Exception {
        server.hang();
        Process reader = sum(local.resolve("a.bin"));
        await().atMost(PATIENCE).until(() -> mirror.figures().gate().held() == 1);
        mirror.close();
        open();
        assertThat(reader.isAlive()).isTrue();
        server.answer();
        assertThat(said(reader)).isEqualTo(said(sum(origin.resolve("a.bin"))));
    }
}
