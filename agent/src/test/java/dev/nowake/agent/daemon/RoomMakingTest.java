package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.decide.Assignment;
import dev.nowake.agent.execute.Placement;
import dev.nowake.agent.govern.Governor;
import dev.nowake.agent.govern.MemoryState;
import dev.nowake.agent.listen.FileClaims;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.rules.Standing;
import dev.nowake.kernel.Features.Feature;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.proc.MemInfo;
import dev.nowake.kernel.proc.NumaTopology;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Room made on a fake host: pages of a file that is nobody's model are what the kernel's reclaim takes. */
class RoomMakingTest {
    private static final long MIB = 1L << 20;
    private static final long FOREIGN_BYTES = 3072 * MIB;

    @TempDir
    Path folder;

    private final FakeKernel kernel = new FakeKernel();
    private final Counters counters = new Counters();
    private Path foreign;
    private Journal journal;
    private MemoryState memory = free(0);
    private final Governor governor = new Governor(256 * MIB, () -> memory);

    @BeforeEach
    void fill() throws IOException {
        foreign = kernel.addFile("/others/cache", FOREIGN_BYTES);
        kernel.makeResident(foreign, 0, FOREIGN_BYTES);
        journal = new Journal(folder.resolve("journal"), counters);
    }

    @AfterEach
    void close() throws InterruptedException {
        journal.close();
    }

    @Test
    void whatIsMissingIsReclaimedAndNoMore() {
        memory = free(600 * MIB);
        begin(load(Map.of("room", "reclaim"), Mode.ENFORCE));
        long margin = 64 * MIB;
        assertThat(lost()).isEqualTo(RoomMaking.ROOM_BYTES + margin - 600 * MIB);
        assertThat(counters.get(Counter.ROOM_RECLAIMED_BYTES)).isEqualTo(lost());
    }

    @Test
    void onceForALoad() {
        ActiveLoad load = load(Map.of("room", "reclaim"), Mode.ENFORCE);
        begin(load);
        long first = lost();
        begin(load);
        assertThat(first).isPositive();
        assertThat(lost()).isEqualTo(first);
    }

    @Test
    void theRulesWindowSaysHowMuch() {
        begin(load(Map.of("room", "reclaim", "window", 100 * MIB), Mode.ENFORCE));
        assertThat(lost()).isEqualTo(164 * MIB);
    }

    @Test
    void aFloorIsMadeBesides() {
        begin(load(Map.of("room", "reclaim", "window", 100 * MIB, "floor", 50 * MIB), Mode.ENFORCE));
        assertThat(lost()).isEqualTo(214 * MIB);
    }

    @Test
    void aSmallModelNeedsNoMoreThanItself() {
        begin(load(Map.of("room", "reclaim"), Mode.ENFORCE, 10 * MIB));
        assertThat(lost()).isEqualTo(74 * MIB);
    }

    @Test
    void nothingWhereRoomIsFree() {
        memory = free(4096 * MIB);
        begin(load(Map.of("room", "reclaim"), Mode.ENFORCE));
        assertThat(lost()).isZero();
    }

    @Test
    void nothingUnlessTheRuleSaysSo() {
        begin(load(Map.of(), Mode.ENFORCE));
        begin(load(Map.of("room", "none"), Mode.ENFORCE));
        assertThat(lost()).isZero();
    }

    @Test
    void aReserveIsKeptWhileNobodyLoads() {
        memory = free(64 * MIB + RoomMaking.ROOM_BYTES * 3 / 4);
        reserve("reserve", Mode.ENFORCE);
        assertThat(lost()).as("a quarter may be missing").isZero();
        memory = free(64 * MIB + RoomMaking.ROOM_BYTES / 2);
        reserve("reserve", Mode.OBSERVE);
        reserve("reclaim", Mode.ENFORCE);
        assertThat(lost()).isZero();
        reserve("reserve", Mode.ENFORCE);
        assertThat(lost())
                .as("and a margin for whoever has taken that so fast")
                .isBetween(RoomMaking.ROOM_BYTES / 2, RoomMaking.ROOM_BYTES);
    }

    private void reserve(String word, Mode mode) {
        Map<String, Object> args = Map.of("room", word);
        rooms().reserve(new Standing(new Assignment("load-and-release", args, "none", Map.of()), mode));
    }

    @Test
    void observeModeOnlyTells() throws Exception {
        begin(load(Map.of("room", "reclaim"), Mode.OBSERVE));
        assertThat(lost()).isZero();
        journal.close();
        assertThat(Files.readString(folder.resolve("journal")))
                .contains("\"missingBytes\":" + (RoomMaking.ROOM_BYTES + 64 * MIB))
                .contains("\"reclaimedBytes\":0")
                .contains("observe");
    }

    @Test
    void whereMemoryCannotBeReadNothingIsReclaimed() throws Exception {
        memory = MemoryState.UNKNOWN;
        begin(load(Map.of("room", "reclaim"), Mode.ENFORCE));
        assertThat(lost()).isZero();
        journal.close();
        assertThat(Files.readString(folder.resolve("journal"))).contains("free memory cannot be read");
    }

    @Test
    void aKernelWithoutReclaimIsSaidOnceAndHarmsNobody() throws Exception {
        kernel.without(Feature.NODE_RECLAIM);
        begin(load(Map.of("room", "reclaim"), Mode.ENFORCE));
        assertThat(lost()).isZero();
        assertThat(counters.get(Counter.ERRORS)).isEqualTo(1);
        journal.close();
        assertThat(Files.readString(folder.resolve("journal"))).contains("no room was made on node 0");
    }

    @Test
    void whyPrefetchWaitsIsToldOnce() throws Exception {
        memory = MemoryState.UNKNOWN;
        ActiveLoad load = load(Map.of(), Mode.ENFORCE);
        for (int i = 0; i < 3; i++) {
            assertThat(load.budget().tryAcquire(1, Placement.ANYWHERE)).isFalse();
            watch(load);
        }
        journal.close();
        assertThat(Files.readAllLines(folder.resolve("journal")))
                .singleElement()
                .asString()
                .contains("prefetch waits: free memory cannot be read");
    }

    @Test
    void theKindOfPagesIsToldWhenItChanges() throws Exception {
        memory = free(4096 * MIB);
        ActiveLoad load = load(Map.of(), Mode.ENFORCE);
        load.load().addPrefetched(1);
        for (long blocks : new long[] {4096 * MIB, 0, 0, 4096 * MIB}) {
            MemoryState.Node node = new MemoryState.Node(0, 4096 * MIB, 4096 * MIB, blocks);
            memory = new MemoryState(List.of(node), Long.MAX_VALUE, 0, 0);
            governor.look();
            watch(load);
        }
        journal.close();
        List<String> lines = Files.readAllLines(folder.resolve("journal"));
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).contains("\"pages\":\"single\"");
        assertThat(lines.getLast()).contains("\"pages\":\"large\"");
    }

    private long lost() {
        return FOREIGN_BYTES - kernel.residentBytes(foreign);
    }

    private void begin(ActiveLoad load) {
        rooms().begin(load);
    }

    private void watch(ActiveLoad load) {
        rooms().watch(load);
    }

    private RoomMaking rooms() {
        NumaTopology one = new NumaTopology(
                List.of(new NumaTopology.Node(0, new BitSet(), List.of(), new MemInfo(Map.of("MemTotal", 24L << 30)))));
        Parts parts = new Parts(
                kernel,
                folder,
                null,
                counters,
                journal,
                new FileClaims(),
                new LoadBook(),
                null,
                null,
                governor,
                null,
                null,
                null,
                new Switches(null, new KeepList(null, Clocks.HOST), journal, Clocks.HOST));
        return new RoomMaking(parts, new Placements(() -> one), () -> one, Runnable::run);
    }

    private ActiveLoad load(Map<String, Object> args, Mode mode) {
        return load(args, mode, 4096 * MIB);
    }

    private ActiveLoad load(Map<String, Object> args, Mode mode, long sizeBytes) {
        Shard shard = new Shard(new FileId(1, 1), 0, "/models/a", sizeBytes);
        Model model = new Model("m", Format.SAFETENSORS, List.of(shard));
        Load load = new Load(model, List.of(new TrackedShard(shard, Path.of("/models/a"))), 1);
        RootRule rule = new RootRule(Path.of("/models"), mode, "load-and-release", args);
        Assignment assignment = new Assignment("load-and-release", args, "none", Map.of());
        return new ActiveLoad(load, rule, "root", assignment, governor.open(), () -> true);
    }

    private static MemoryState free(long bytes) {
        return new MemoryState(List.of(new MemoryState.Node(0, bytes, bytes, bytes)), Long.MAX_VALUE, 0, 0);
    }
}
