package dev.nowake.agent.mirror.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.config.MirrorSettings.Unreachable;
import dev.nowake.agent.config.MirrorSettings.Vanished;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.decide.Decider;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.mirror.evict.InUse;
import dev.nowake.agent.mirror.evict.MirrorDisk;
import dev.nowake.agent.mirror.evict.NamedPolicy;
import dev.nowake.agent.mirror.fill.FillNews;
import dev.nowake.agent.mirror.store.SyncOutcome;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.policy.HostView;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole mirror on a real ext4 of 64 MiB, which is too small for its models, or filled by others. */
@Tag("kernel")
@Timeout(120)
class MirrorSpaceKernelTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private final Counters counters = new Counters();
    private final PolicyRegistry policies = new PolicyRegistry();
    private final AtomicReference<MirrorDisk> space = new AtomicReference<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final List<SyncOutcome> syncs = new CopyOnWriteArrayList<>();
    private final List<FillNews> news = new CopyOnWriteArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final Set<Path> kept = new HashSet<>();
    private Path disk;
    private Path remote;
    private Path local;
    private Journal journal;
    private Mirror mirror;

    @BeforeEach
    void mount() throws Exception {
        folder = folder.toRealPath();
        remote = Files.createDirectory(folder.resolve("remote"));
        disk = Files.createDirectory(folder.resolve("disk"));
        local = disk.resolve("models");
        journal = new Journal(folder.resolve("journal.jsonl"), counters);
    }

    /** Of inodes of 128 bytes, in which no record fits: a full disk has no room for another. */
    private void disk(String... options) throws Exception {
        Path image = folder.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(64L * MIB);
        }
        List<String> words = new ArrayList<>(List.of("mkfs.ext4", "-q", "-m", "0"));
        words.addAll(List.of(options));
        words.add(image.toString());
        run(words.toArray(String[]::new));
        run("mount", "-o", "loop", image.toString(), disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        processes.forEach(Process::destroyForcibly);
        if (space.get() != null) {
            space.get().close();
        }
        if (mirror != null) {
            mirror.close();
        }
        journal.close();
        policies.close();
        run("umount", "-l", disk.toString());
    }

    private static void run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(String.join(" ", words) + ": " + said).isZero();
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
            if (space.get() != null) {
                space.get().loaded(twin);
            }
        }

        @Override
        public void warned(String line) {
            warnings.add(line);
        }
    }

    private void open(Long budget, long reserve) throws IOException {
        MirrorSettings plain = MirrorSettings.of("m", remote, local);
        MirrorSettings settings = new MirrorSettings(
                "m",
                remote,
                local,
                budget,
                reserve,
                Duration.ofSeconds(10),
                plain.rescan(),
                Duration.ZERO,
                Vanished.KEEP,
                Unreachable.SERVE,
                8,
                0,
                true,
                null,
                plain.policy(),
                plain.args(),
                Mode.ENFORCE);
        mirror = Mirror.open(
                settings, new Mirror.Host(kernel, folder.resolve("run"), this::room, new Heard(), Clock.systemUTC()));
        await().atMost(PATIENCE).until(() -> !syncs.isEmpty());
        Decider decider = new Decider(policies, counters, journal);
        space.set(MirrorSpace.of(
                mirror,
                settings,
                new MirrorSpace.Host(
                        kernel,
                        new NamedPolicy(
                                decider,
                                () -> NamedPolicy.assignment(settings.policy(), settings.args()),
                                () -> new HostView(1, 1, 1),
                                () -> 1e9),
                        kept::contains,
                        () -> true,
                        () -> 1e9 + System.nanoTime() / 1e9,
                        () -> System.nanoTime() / 1e9,
                        counters,
                        journal)));
        space.get().start();
    }

    private boolean room(long bytes) {
        try {
            return space.get().make(bytes, PATIENCE).isEnough();
        } catch (InterruptedException stop) {
            return false;
        }
    }

    private void model(String name, int files, int bytes) throws IOException {
        for (int i = 0; i < files; i++) {
            byte[] content = new byte[bytes];
            new Random(name.hashCode() + i).nextBytes(content);
            Path file = remote.resolve(name).resolve("model-%05d-of-%05d.safetensors".formatted(i + 1, files));
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        }
        Files.writeString(remote.resolve(name).resolve("config.json"), "{}");
    }

    private Path file(String name, int number, int of) {
        return local.resolve(name).resolve("model-%05d-of-%05d.safetensors".formatted(number, of));
    }

    /** Another process reads it. */
    private String sum(Path file) throws Exception {
        Process process = start("sha256sum", file.toString());
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said.split(" ")[0];
    }

    private Process start(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        processes.add(process);
        return process;
    }

    /** Nobody has any file open any more, the filler included. */
    private void closed() {
        await().atMost(PATIENCE)
                .until(() -> space.get().models().stream()
                        .flatMap(model -> model.twins().stream())
                        .noneMatch(InUse.byLease(kernel)::isOpen));
    }

    private void load(String name, int files) throws Exception {
        for (int i = 1; i <= files; i++) {
            Path original = remote.resolve(local.relativize(file(name, i, files)));
            assertThat(sum(file(name, i, files)))
                    .isEqualTo(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(original))));
        }
    }

    private long onDisk(String name) throws IOException {
        long blocks = 0;
        try (var files = Files.list(local.resolve(name))) {
            for (Path file : files.toList()) {
                blocks += kernel.files().status(file).allocatedBytes();
            }
        }
        return blocks / MIB;
    }

    private long freeBytes() throws IOException {
        return Files.getFileStore(disk).getUsableSpace();
    }

    /** By somebody who knows nothing of mirrors. */
    private void fillUntilLeft(long bytes) throws Exception {
        Path other = disk.resolve("other");
        long there = Files.exists(other) ? Files.size(other) : 0;
        long more = (freeBytes() - bytes) / 4096 * 4096;
        run("fallocate", "-o", Long.toString(there), "-l", Long.toString(more), other.toString());
    }

    @Test
    void theModelsLoadedLastFitIntoTheBudget() throws Exception {
        disk();
        for (String name : List.of("a", "b", "c", "d")) {
            model(name, 2, 6 * MIB);
        }
        open(30L * MIB, MIB);
        assertThat(space.get().models()).hasSize(4);
        load("a", 2);
        load("b", 2);
        load("a", 2);
        load("c", 2);
        closed(); // what has just come stays for a moment, and another would go
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(space.get().make(0, PATIENCE).isEnough()).isTrue();
            assertThat(onDisk("b")).isZero();
        });
        assertThat(onDisk("a")).isEqualTo(12);
        assertThat(onDisk("c")).isEqualTo(12);
        assertThat(Files.size(file("b", 1, 2))).isEqualTo(6 * MIB);
        load("b", 2);
        assertThat(mirror.figures().filling().fetchedBytes()).isGreaterThanOrEqualTo(48L * MIB);
        assertThat(space.get().figures().counts().evictedBytes()).isGreaterThanOrEqualTo(12L * MIB);
        assertThat(mirror.files().tree().resolveSibling("loaded.json")).doesNotExist();
        space.get().close();
        assertThat(mirror.files().tree().resolveSibling("loaded.json")).exists();
        assertThat(Files.getPosixFilePermissions(mirror.files().tree().resolveSibling("loaded.json")))
                .hasSize(2);
        assertThat(warnings).isEmpty();
    }

    /** Nobody but the filler asks, and it only when the disk says that it is full. */
    @Test
    void aModelIsLoadedThoughTheDiskIsFull() throws Exception {
        disk();
        model("old", 2, 12 * MIB);
        model("kept", 1, 4 * MIB);
        model("new", 2, 14 * MIB);
        open(null, 0);
        load("old", 2);
        load("kept", 1);
        kept.add(mirror.files().tree().resolve(local.relativize(file("kept", 1, 1))));
        closed();
        fillUntilLeft(10 * MIB);
        load("new", 2);
        assertThat(onDisk("old")).isZero();
        assertThat(onDisk("kept")).isEqualTo(4);
        assertThat(onDisk("new")).isEqualTo(28);
    }

    @Test
    void modelsGiveWayToWhoeverElseFillsTheDiskToTheLastByte() throws Exception {
        disk("-I", "128");
        model("oldest", 2, 4 * MIB);
        model("open", 2, 4 * MIB);
        model("newest", 2, 4 * MIB);
        open(null, 10L * MIB);
        load("oldest", 2);
        load("open", 2);
        load("newest", 2);
        closed();
        Process holder = new ProcessBuilder("sleep", "1000")
                .redirectInput(file("open", 2, 2).toFile())
                .start();
        processes.add(holder);
        fillUntilLeft(9 * MIB);
        assertThat(space.get().make(0, PATIENCE).isEnough()).isTrue();
        assertThat(onDisk("oldest")).isZero();
        assertThat(onDisk("open")).isEqualTo(8);
        assertThat(onDisk("newest")).isEqualTo(8);
        fillUntilLeft(0);
        var made = space.get().make(0, PATIENCE);
        assertThat(onDisk("newest")).isZero();
        assertThat(made.why()).startsWith("open is open; others fill the disk: the mirror has 8.0");
        holder.destroyForcibly().waitFor();
        await().atMost(PATIENCE).until(() -> space.get().make(0, PATIENCE).isEnough());
        assertThat(onDisk("open")).isZero();
    }

    /** Readers come whenever they like, and evictions too: what is read is always right, first brought or not. */
    @Test
    void nobodyEverReadsAHole() throws Exception {
        disk();
        model("m", 3, MIB);
        open(null, 0L);
        List<String> sums = new ArrayList<>();
        StringBuilder names = new StringBuilder();
        for (int i = 1; i <= 3; i++) {
            sums.add(sum(remote.resolve(local.relativize(file("m", i, 3)))));
            names.append(' ').append(file("m", i, 3));
        }
        // so long after the last piece the filler has a file open
        String script = "for i in $(seq 6); do sha256sum" + names + "; sleep 0.$((5 + i % 3)); done";
        List<Process> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            readers.add(new ProcessBuilder("sh", "-c", script)
                    .redirectOutput(folder.resolve("seen" + i).toFile())
                    .redirectError(folder.resolve("said" + i).toFile())
                    .start());
        }
        processes.addAll(readers);
        int evictions = 0;
        while (readers.stream().anyMatch(Process::isAlive)) {
            for (MirrorDisk.ByHand done :
                    space.get().evict(each -> true, "test").get(30, TimeUnit.SECONDS)) {
                evictions += done.freedBytes() > 0 ? 1 : 0;
            }
        }
        int failed = 0;
        for (int i = 0; i < 2; i++) {
            List<String> lines = Files.readAllLines(folder.resolve("seen" + i));
            String said = Files.readString(folder.resolve("said" + i));
            int refused = said.split("Resource temporarily unavailable", -1).length - 1;
            assertThat(said.lines()).allMatch(line -> line.endsWith("Resource temporarily unavailable"));
            failed += refused;
            assertThat(lines).hasSize(18 - refused);
            for (String line : lines) {
                int number = Integer.parseInt(line.replaceAll(".*model-0000(.)-.*", "$1"));
                assertThat(line).startsWith(sums.get(number - 1));
            }
        }
        assertThat(evictions).isGreaterThan(1);
        // who opens an incomplete file in the moment in which another takes its place is told to open it again
        assertThat(failed).isLessThan(5);
        assertThat(warnings).isEmpty();
    }

    @Test
    void whatIsExplainedIsWhatTheMirrorHas() throws Exception {
        disk();
        model("a", 2, 2 * MIB);
        model("b", 1, 2 * MIB);
        open(null, MIB);
        load("a", 2);
        load("b", 1);
        closed();
        Path tree = mirror.files().tree();
        Map<String, Object> explained = space.get().explain(tree.resolve("b"));
        assertThat(explained)
                .containsEntry("model", "b")
                .containsEntry("place", 2)
                .containsEntry("places", 2)
                .containsEntry("policy", "mirror-lru");
        assertThat((Long) explained.get("goesAfterBytes")).isBetween(4L * MIB, 4L * MIB + 8192);
    }
}
