package dev.nowake.agent.mirror.evict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a real ext4 of 64 MiB, with real leases, marks and readers. */
@Tag("kernel")
@Timeout(120)
class DiskKernelTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private final Counters counters = new Counters();
    private final List<MirroredModel> models = new ArrayList<>();
    private Path disk;
    private Path tree;
    private Journal journal;
    private LastLoaded loaded;
    private TinyGate gate;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        Path image = folder.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(64L * MIB);
        }
        run("mkfs.ext4", "-q", "-m", "0", image.toString());
        run("mount", "-o", "loop", image.toString(), disk.toString());
        tree = Files.createDirectory(disk.resolve("tree"));
        journal = new Journal(folder.resolve("journal.jsonl"), counters);
        loaded = new LastLoaded(
                folder.resolve("loaded.json"),
                tree,
                () -> 1e9 + System.nanoTime() / 1e9,
                () -> System.nanoTime() / 1e9);
        gate = new TinyGate(kernel);
    }

    @AfterEach
    void unmount() throws Exception {
        gate.close();
        journal.close();
        run("umount", "-l", disk.toString());
    }

    private static void run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).inheritIO().start();
        assertThat(process.waitFor()).as(String.join(" ", words)).isZero();
    }

    private MirroredModel model(String name, int files, int bytes) throws IOException {
        List<dev.nowake.agent.mirror.Twin> twins = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            byte[] content = new byte[bytes];
            new Random(name.hashCode() + i).nextBytes(content);
            RealTwin twin = new RealTwin(kernel, tree.resolve(name).resolve(i + ".safetensors"), content);
            gate.guards(twin);
            twins.add(twin);
            loaded.loaded(twin.local());
        }
        MirroredModel model = new MirroredModel(name, twins);
        models.add(model);
        return model;
    }

    private MirrorDisk mirror(DiskLimits limits) throws IOException {
        DiskBudget budget = new DiskBudget(limits, () -> models, kernel.files(), DiskSpace.of(tree), System::nanoTime);
        return new MirrorDisk(new MirrorDisk.Parts(
                "m",
                kernel,
                () -> models,
                budget,
                new Staying(InUse.byLease(kernel), twin -> false, path -> false),
                gate,
                new LruPolicy(),
                loaded,
                () -> true,
                () -> false,
                () -> true,
                counters,
                journal));
    }

    private static long blocks(MirroredModel model) throws IOException {
        long blocks = 0;
        for (var twin : model.twins()) {
            blocks += allocated(twin.local());
        }
        return blocks;
    }

    private static long allocated(Path file) throws IOException {
        return LinuxKernel.open(Binding.AUTO).files().status(file).allocatedBytes();
    }

    /** Nobody asks: the disk is looked at, whoever fills it. */
    @Test
    void modelsGiveWayToWhoeverElseFillsTheDisk() throws Exception {
        MirroredModel oldest = model("oldest", 2, 4 * MIB);
        MirroredModel open = model("open", 2, 4 * MIB);
        MirroredModel newest = model("newest", 2, 4 * MIB);
        long free = Files.getFileStore(tree).getUsableSpace();
        assertThat(free).isGreaterThan(20 * MIB);
        Process reader = new ProcessBuilder("sleep", "100")
                .redirectInput(open.twins().getLast().local().toFile())
                .start();
        try (MirrorDisk mirror = mirror(new DiskLimits(null, 10L * MIB, 0))) {
            mirror.start();
            assertThat(mirror.make(0, PATIENCE).freedBytes()).isZero();
            fillUntilLeft(9 * MIB);
            assertThat(mirror.make(0, PATIENCE).isEnough()).isTrue();
            assertThat(blocks(oldest)).isZero();
            assertThat(blocks(open)).isEqualTo(8 * MIB);
            assertThat(blocks(newest)).isEqualTo(8 * MIB);
            assertThat(Files.getFileStore(tree).getUsableSpace()).isGreaterThan(16 * MIB);
            fillUntilLeft(MIB);
            Room.Made made = mirror.make(MIB, PATIENCE);
            assertThat(blocks(newest)).isZero();
            assertThat(made.isEnough()).isFalse();
            assertThat(made.why()).startsWith("open is open; others fill the disk: the mirror has 8.00 MiB of it");
            reader.destroyForcibly().waitFor();
            await().atMost(PATIENCE).until(() -> mirror.make(MIB, PATIENCE).isEnough());
            assertThat(blocks(open)).isZero();
        } finally {
            reader.destroyForcibly();
        }
        assertThat(counters.get(Counter.MIRROR_EVICTED_BYTES)).isEqualTo(24L * MIB);
    }

    /** By somebody who knows nothing of mirrors. */
    private void fillUntilLeft(long bytes) throws Exception {
        long more = Files.getFileStore(tree).getUsableSpace() - bytes;
        Path other = disk.resolve("other");
        long there = Files.exists(other) ? Files.size(other) : 0;
        run("fallocate", "-o", Long.toString(there), "-l", Long.toString(more), other.toString());
        assertThat(Files.getFileStore(tree).getUsableSpace()).isLessThanOrEqualTo(bytes);
    }

    /** Readers come whenever they like, and evictions too: what is read is always right, first brought or not. */
    @Test
    void nobodyEverReadsAHole() throws Exception {
        MirroredModel model = model("m", 3, MIB);
        List<String> sums = new ArrayList<>();
        StringBuilder names = new StringBuilder();
        for (var twin : model.twins()) {
            sums.add(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(twin.local()))));
            names.append(' ').append(twin.local());
        }
        Path seen = folder.resolve("seen");
        String script = "for i in $(seq 60); do sha256sum" + names + "; sleep 0.0$((i % 3)); done";
        List<Process> readers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            readers.add(new ProcessBuilder("sh", "-c", script)
                    .redirectOutput(seen.resolveSibling("seen" + i).toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }
        int evictions = 0;
        try (MirrorDisk mirror = mirror(new DiskLimits(null, 0L, 0))) {
            mirror.start();
            while (readers.stream().anyMatch(Process::isAlive)) {
                for (MirrorDisk.ByHand done : mirror.evict(each -> true, "test").get(30, TimeUnit.SECONDS)) {
                    evictions += done.freedBytes() > 0 ? 1 : 0;
                }
            }
        } finally {
            readers.forEach(Process::destroyForcibly);
        }
        for (int i = 0; i < 2; i++) {
            assertThat(readers.get(i).waitFor()).isZero();
            List<String> lines = Files.readAllLines(seen.resolveSibling("seen" + i));
            assertThat(lines).hasSize(180);
            for (int line = 0; line < lines.size(); line++) {
                assertThat(lines.get(line)).startsWith(sums.get(line % 3));
            }
        }
        assertThat(evictions).isGreaterThan(10);
        assertThat(gate.waited).hasValueGreaterThan(10);
    }
}
