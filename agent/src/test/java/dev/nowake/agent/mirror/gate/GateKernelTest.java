package dev.nowake.agent.mirror.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.mirror.FillFailure;
import dev.nowake.agent.mirror.Fills;
import dev.nowake.agent.mirror.Twin;
import dev.nowake.kernel.Errno;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.Kernel;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.PermissionEvents.Kind;
import dev.nowake.kernel.PermissionGroup;
import dev.nowake.kernel.linux.Binding;
import dev.nowake.kernel.linux.LinuxKernel;
import dev.nowake.model.ByteRange;
import dev.nowake.model.FileId;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate, its keeper and its watch against real readers that are held back. */
@Tag("kernel")
class GateKernelTest {
    private static final int SIZE_BYTES = 256 << 10;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path runFolder;

    private final Kernel kernel = LinuxKernel.open(Binding.AUTO);
    private final List<Process> readers = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Gate> gates = new ArrayList<>();
    private final Map<ByteRange, CompletableFuture<Void>> asked = new ConcurrentHashMap<>();
    private final Fills fills = new AskedFills();
    private final List<Twin> blocks = new CopyOnWriteArrayList<>();
    private Path folder;
    private FileTwin twin;

    private final class AskedFills implements Fills {
        @Override
        public CompletableFuture<Void> need(Twin wanted, ByteRange range) {
            return asked.computeIfAbsent(range, any -> new CompletableFuture<>());
        }

        @Override
        public void expect(Twin wanted, ByteRange range) {
            // nothing is brought ahead
        }

        @Override
        public void forget(Twin unwanted) {
            // nothing was
        }
    }

    @BeforeEach
    void setUp() throws Exception {
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target", "mirror-tests")), "gate")
                .toRealPath();
        twin = sparse("model.safetensors");
    }

    @AfterEach
    void tearDown() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        readers.forEach(Process::destroyForcibly);
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private FileTwin sparse(String name) throws IOException {
        Path file = folder.resolve(name);
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(SIZE_BYTES);
        }
        FileStatus status = kernel.files().status(file);
        return new FileTwin(new FileId(status.device(), status.inode()), file, SIZE_BYTES);
    }

    private Gate gate(PermissionGroup group, int capacity) throws IOException {
        Unanswered unanswered = Unanswered.open(runFolder.resolve("m.waiting"), capacity);
        Gate gate = new Gate("m", new Gate.Parts(group, true, kernel, fills, blocks::add, unanswered, capacity));
        open.add(gate);
        gates.add(gate);
        return gate;
    }

    private Gate started(int capacity) throws IOException {
        Gate gate = gate(kernel.permissionEvents().open(Kind.RANGES), capacity);
        gate.guard(twin);
        gate.start();
        gate.open();
        return gate;
    }

    /** Prints the page's first byte as a number, or what went wrong. */
    private Process reader(int page) throws IOException {
        String words = "dd if=\"$0\" bs=4096 count=1 skip=" + page + " status=none | od -An -tu1 -N1";
        Process process = new ProcessBuilder("sh", "-c", words, twin.local().toString())
                .redirectErrorStream(true)
                .start();
        readers.add(process);
        return process;
    }

    private static String said(Process process) throws Exception {
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private CompletableFuture<Void> asked(int page) {
        ByteRange range = ByteRange.ofLength(page * 4096L, 4096);
        await().atMost(PATIENCE).until(() -> asked.containsKey(range));
        return asked.get(range);
    }

    private void bring(int page) throws IOException {
        try (OpenFile file = kernel.fileSpace().openForWriting(twin.local())) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(4096).put(0, (byte) (page + 1));
            kernel.bulkFiles().write(file, page * 4096L, bytes);
        }
        twin.written(ByteRange.ofLength(page * 4096L, 4096));
    }

    @Test
    void aReadOfAMissingRangeWaitsForItsBytes() throws Exception {
        Gate gate = started(16);
        Process reader = reader(3);
        CompletableFuture<Void> need = asked(3);
        assertThat(reader.waitFor(100, TimeUnit.MILLISECONDS)).isFalse();
        bring(3);
        need.complete(null);
        assertThat(said(reader)).isEqualTo("4");
        assertThat(said(reader(3))).isEqualTo("4");
        GateFigures figures = gate.figures();
        assertThat(blocks).isNotEmpty().containsOnly(twin); // before each open: the file has none
        assertThat(figures.held()).isEqualTo(1 + blocks.size());
        assertThat(figures.passed()).isPositive();
        assertThat(figures.waiting()).isZero();
    }

    @Test
    void whatCannotComeIsAnErrorToThatReaderAlone() throws Exception {
        Gate gate = started(16);
        Process unlucky = reader(1);
        Process other = reader(2);
        asked(1).completeExceptionally(new FillFailure(Errno.EIO, "the remote failed", null));
        assertThat(said(unlucky)).contains("Input/output error");
        bring(2);
        asked(2).complete(null);
        assertThat(said(other)).isEqualTo("3");
        Process full = reader(5);
        asked(5).completeExceptionally(new FillFailure(Errno.ENOSPC, "the disk is full", null));
        assertThat(said(full)).contains("No space left");
        assertThat(gate.figures().refused()).isEqualTo(2);
    }

    @Test
    void aFileThatWasReleasedHoldsNobody() throws Exception {
        Gate gate = started(16);
        gate.release(twin);
        assertThat(said(reader(7))).isEqualTo("0");
        assertThat(gate.figures().passed()).isZero();
        assertThat(asked).isEmpty();
    }

    /** The last bytes of the former file are made durable when another has its name already. */
    @Test
    void aSuccessorOfTheSameNameStaysGuarded() throws Exception {
        Gate gate = started(16);
        FileTwin former = twin;
        twin = sparse("fresh");
        gate.guard(twin);
        Files.move(twin.local(), former.local(), StandardCopyOption.REPLACE_EXISTING);
        gate.release(former);
        twin = new FileTwin(twin.id(), former.local(), SIZE_BYTES);
        Process reader = reader(3);
        asked(3).completeExceptionally(new FillFailure(Errno.EIO, "the remote failed", null));
        assertThat(said(reader)).contains("Input/output error");
    }

    @Test
    void aMappingWaitsForAllOfItsRange() throws Exception {
        started(16);
        Process mapper = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import mmap,sys; f=open(sys.argv[1],'rb');"
                                + "m=mmap.mmap(f.fileno(),65536,prot=mmap.PROT_READ,offset=65536); print(m[0])",
                        twin.local().toString())
                .redirectErrorStream(true)
                .start();
        readers.add(mapper);
        ByteRange range = ByteRange.ofLength(65536, 65536);
        await().atMost(PATIENCE).until(() -> asked.containsKey(range));
        for (int page = 16; page < 32; page++) {
            bring(page);
        }
        asked.get(range).complete(null);
        assertThat(said(mapper)).isEqualTo("17");
    }

    /** Two may wait; the third is told so. This process, which brings the bytes, is let through all the same. */
    @Test
    void atCapacityOneMoreIsBusy() throws Exception {
        Gate gate = started(2);
        List<Process> all = List.of(reader(0), reader(1));
        asked(0);
        asked(1);
        assertThat(gate.figures().waiting()).isEqualTo(2);
        assertThat(said(reader(2))).contains("busy");
        bring(0);
        bring(1);
        asked.values().forEach(need -> need.complete(null));
        assertThat(said(all.get(0))).isEqualTo("1");
        assertThat(said(all.get(1))).isEqualTo("2");
        assertThat(gate.figures().refused()).isEqualTo(1);
    }

    /** As after kill -9: the group lives on in the keeper; its successor brings what was waited for. */
    @Test
    void aSuccessorAnswersWhatItsPredecessorWasAsked() throws Exception {
        Gate first = started(16);
        Keeper keeper = Keeper.start(first.group(), runFolder, "m", 4096, Duration.ofSeconds(60));
        open.add(keeper);
        Process known = reader(3);
        asked(3);
        first.close(); // its thread has taken the question; nothing of it is left but the note of who waits
        Process unread = reader(4);
        assertThat(known.waitFor(100, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(unread.isAlive()).isTrue();
        asked.clear();

        Keeper found = Keeper.find(runFolder, "m").getFirst();
        assertThat(found.pid()).isEqualTo(keeper.pid());
        Gate second = gate(found.takeOver(kernel.permissionEvents()), 16);
        found.close();
        second.inherit(1024);
        second.start();
        second.guard(twin);
        second.open();
        bring(3);
        asked(3).complete(null);
        assertThat(said(known)).isEqualTo("4");
        bring(4);
        await().atMost(PATIENCE).until(() -> {
            asked.values().forEach(need -> need.complete(null));
            return !unread.isAlive();
        });
        assertThat(said(unread)).isEqualTo("5");
        assertThat(second.figures().refused()).isZero();
        assertThat(Keeper.find(runFolder, "m")).isEmpty();
    }

    /** And what the predecessor had not written down is an error, never a hole's zeros. */
    @Test
    void whatNobodyKnowsOfIsAnError() throws Exception {
        Gate first = started(16);
        Keeper keeper = Keeper.start(first.group(), runFolder, "m", 4096, Duration.ofSeconds(60));
        open.add(keeper);
        Process reader = reader(3);
        asked(3);
        first.close();
        Files.delete(runFolder.resolve("m.waiting"));
        Gate second = gate(keeper.takeOver(kernel.permissionEvents()), 16);
        second.inherit(4096);
        assertThat(said(reader)).contains("Input/output error");
        assertThat(second.figures().refused()).isEqualTo(1);
    }

    @Test
    void withoutASuccessorWhatIsMissingIsAnError() throws Exception {
        Gate gate = started(16);
        Keeper keeper = Keeper.start(gate.group(), runFolder, "m", 4096, Duration.ofSeconds(1));
        open.add(keeper);
        Process taken = reader(3);
        asked(3);
        gate.close();
        Process unread = reader(4);
        keeper.leave(null); // as the kernel does at the daemon's end
        assertThat(said(taken)).contains("Input/output error");
        assertThat(said(unread)).contains("Input/output error");
        assertThat(said(reader(5))).contains("Input/output error");
        Files.delete(twin.local());
        await().atMost(PATIENCE).until(() -> !keeper.isAlive());
        Files.createFile(twin.local());
    }

    /** Fills that never end: after its deadline the watch has the keeper say no, and opens go on. */
    @Test
    void aGateThatDoesNotAnswerIsTripped() throws Exception {
        Gate gate = started(16);
        Keeper keeper = Keeper.start(gate.group(), runFolder, "m", 4096, Duration.ofSeconds(60));
        open.add(keeper);
        CountDownLatch tripped = new CountDownLatch(1);
        GateWatch watch = new GateWatch("m", gate::sinceLastTurn, gate::oldestWait, Duration.ofMillis(300), () -> {
            try {
                keeper.deny();
            } catch (IOException gone) {
                throw new AssertionError(gone);
            }
            gate.trip();
            tripped.countDown();
        });
        open.add(watch);
        Process reader = reader(3);
        asked(3);
        assertThat(tripped.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(said(reader)).contains("Input/output error");
        assertThat(said(reader(4))).contains("Input/output error");
        assertThat(gate.figures().tripped()).isTrue();
    }

    @Test
    void anOpenIsHeardBeforeItHappens() throws Exception {
        PermissionGroup group = kernel.permissionEvents().open(Kind.OPENS);
        AtomicInteger due = new AtomicInteger(1);
        List<String> heard = new ArrayList<>();
        OpenGate gate = new OpenGate(
                "m", group, kernel.files(), id -> id.equals(twin.id()) ? twin : null, new OpenGate.Doorkeeper() {
                    @Override
                    public boolean isDue(Twin opened) {
                        return due.get() != 0;
                    }

                    @Override
                    public void prepare(Twin opened) throws FillFailure {
                        heard.add("prepare");
                        if (due.get() < 0) {
                            throw new FillFailure(Errno.EPERM, "the remote is gone, and the rule says no", null);
                        }
                        due.set(0);
                    }

                    @Override
                    public void opened(Twin opened, int pid) {
                        heard.add("opened");
                    }
                });
        open.add(gate);
        gate.guard(twin);
        gate.start();
        assertThat(said(reader(0))).isEqualTo("0");
        assertThat(said(reader(0))).isEqualTo("0");
        assertThat(heard).containsExactly("prepare", "opened", "opened");
        due.set(-1);
        assertThat(said(reader(0))).contains("Operation not permitted");
        gate.trip();
        assertThat(said(reader(0))).isEqualTo("0");
    }
}
