package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.decide.Assignment;
import dev.nowake.agent.execute.EvictOutcome;
import dev.nowake.agent.govern.Governor;
import dev.nowake.agent.govern.MemoryState;
import dev.nowake.agent.listen.FileClaims;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.load.LoadState;
import dev.nowake.agent.load.TrackedShard;
import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.kernel.FileStatus;
import dev.nowake.kernel.OpenFile;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.model.FileId;
import dev.nowake.model.Format;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A load ends, whatever goes wrong with a file of it. */
class LoadEndTest {
    private static final long MIB = 1L << 20;
    private static final EvictOutcome COMPLETE = new EvictOutcome(MIB, 0, 0, Map.of());

    @TempDir
    Path folder;

    private final FakeKernel kernel = new FakeKernel();
    private final Counters counters = new Counters();
    private final LoadBook book = new LoadBook();
    private final Governor governor = new Governor(256 * MIB, () -> MemoryState.UNKNOWN);
    private final List<ActiveLoad> ended = new ArrayList<>();
    private Journal journal;
    private Handover handover;
    private ActiveLoad active;

    @BeforeEach
    void begin() throws IOException {
        journal = new Journal(folder.resolve("journal"), counters);
        handover = new Handover(folder.resolve("loads.json"), folder, counters);
        List<TrackedShard> shards = List.of(shard(0), shard(1), shard(2));
        Model model = new Model(
                "m",
                Format.SAFETENSORS,
                shards.stream().map(TrackedShard::shard).toList());
        Load load = new Load(model, shards, 1);
        RootRule rule = new RootRule(Path.of("/models"), Mode.ENFORCE, "load-and-release", Map.of());
        Assignment assignment = new Assignment("load-and-release", Map.of(), "none", Map.of());
        active = new ActiveLoad(load, rule, "root", assignment, governor.open(), () -> true);
        book.begin(active);
    }

    private TrackedShard shard(int index) throws IOException {
        Path path = kernel.addFile("/models/" + index, 4 * MIB);
        kernel.makeResident(path, 0, 4 * MIB);
        OpenFile file = kernel.files().open(path);
        FileStatus status = kernel.files().status(file);
        FileId id = new FileId(status.device(), status.inode());
        TrackedShard shard = new TrackedShard(new Shard(id, index, path.toString(), 4 * MIB), path);
        shard.hold(file);
        return shard;
    }

    @AfterEach
    void close() throws Exception {
        handover.close();
        journal.close();
    }

    @Test
    void aFileWithTwoPlacesIsClosedOnce() {
        TrackedShard first = shards().getFirst();
        settle(List.of(
                new Remains.Work(first, RangeSet.between(0, MIB)),
                new Remains.Work(first, RangeSet.between(2 * MIB, 3 * MIB))));
        assertEnded();
        assertThat(counters.get(Counter.ERRORS)).isZero();
    }

    @Test
    void aFileThatBreaksCostsItselfAlone() throws Exception {
        shards().getFirst().file().close(); // whoever asks about it gets an exception now
        settle(shards().stream()
                .limit(2)
                .map(shard -> new Remains.Work(shard, RangeSet.between(0, MIB)))
                .toList());
        assertEnded();
        assertThat(counters.get(Counter.ERRORS)).isPositive();
        journal.close();
        assertThat(Files.readString(folder.resolve("journal"))).contains("load's end: ");
    }

    private List<TrackedShard> shards() {
        return List.copyOf(active.load().shards());
    }

    private void settle(List<Remains.Work> drop) {
        Parts parts = new Parts(
                kernel,
                folder,
                null,
                counters,
                journal,
                new FileClaims(),
                book,
                null,
                null,
                governor,
                null,
                null,
                null,
                new Switches(null, new KeepList(null, Clocks.HOST), journal, Clocks.HOST));
        Baseline baseline = new Baseline(kernel);
        ShardFiles files = new ShardFiles(parts, baseline, handover);
        Leftovers leftovers = new Leftovers(parts, Runnable::run, new Keeps(Clocks.HOST), null);
        List<EvictOutcome> outcomes = drop.stream().map(item -> COMPLETE).toList();
        new LoadEnd(parts, files, baseline, leftovers, ended::add)
                .settle(active, new Remains(drop, List.of()), outcomes, 0);
    }

    private void assertEnded() {
        assertThat(active.load().state()).isEqualTo(LoadState.DONE);
        assertThat(book.active()).isEmpty();
        assertThat(ended).containsExactly(active);
        assertThat(shards()).allSatisfy(shard -> assertThat(shard.file()).isNull());
        assertThat(kernel.openDescriptors()).isZero();
        assertThat(counters.get(Counter.LOADS_DONE)).isEqualTo(1);
    }
}
