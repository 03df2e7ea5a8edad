package dev.nowake.agent.mirror.evict;

import dev.nowake.agent.mirror.Twin;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** A mirror on a {@link DiskHost}, with models that were loaded one after the other. */
public final class DiskCase {
    final DiskHost host = new DiskHost();
    final List<MirroredModel> models = new ArrayList<>();
    final LruPolicy policy = new LruPolicy();
    final Set<String> kept = new HashSet<>();
    final Set<Twin> loading = new HashSet<>();
    final LastLoaded loaded;
    DiskLimits limits = new DiskLimits(100L, 10L, 0);
    boolean acts = true;
    long nanos;
    private double seconds = 1000;

    /** {@code folder}: for what is written down. */
    public DiskCase(Path folder) {
        loaded = new LastLoaded(folder.resolve("loaded.json"), Path.of("/tree"), () -> seconds + 1e9, () -> seconds);
        host.totalBytes = 1000;
    }

    /** Was loaded after all others so far. */
    public MirroredModel model(String name, long... bytes) {
        MirroredModel model = host.model(name, bytes);
        models.add(model);
        load(model);
        return model;
    }

    void load(MirroredModel model) {
        seconds++;
        model.twins().forEach(twin -> loaded.loaded(twin.local()));
    }

    void pass(double more) {
        seconds += more;
    }

    Staying staying() {
        return new Staying(
                host,
                loading::contains,
                path -> kept.contains(path.getParent().getFileName().toString()));
    }

    /** A disk whose thread does not run yet. */
    public MirrorDisk mirror(String name, BooleanSupplier switchedOff, Counters counters, Journal journal) {
        return new MirrorDisk(new MirrorDisk.Parts(
                name,
                () -> models,
                budget(),
                staying(),
                host,
                policy,
                loaded,
                () -> acts,
                switchedOff,
                () -> false,
                counters,
                journal));
    }

    /** Somebody opens its first file. */
    public void open(MirroredModel model) {
        first(model).openers++;
    }

    /** Runs before each step from now on. */
    public void before(Runnable step) {
        host.others = step;
    }

    DiskBudget budget() {
        return new DiskBudget(limits, () -> models, host, host, () -> nanos);
    }

    RoomMaker maker() {
        DiskBudget budget = budget();
        return new RoomMaker(
                budget,
                new MirrorViews("m", () -> models, budget, staying(), loaded, () -> acts),
                policy,
                new DiskEviction(host, staying(), budget),
                () -> acts);
    }

    public List<String> onDisk() {
        return models.stream()
                .filter(model -> model.twins().stream().anyMatch(twin -> ((FakeTwin) twin).blocks > 0))
                .map(MirroredModel::name)
                .toList();
    }

    static FakeTwin first(MirroredModel model) {
        return (FakeTwin) model.twins().getFirst();
    }
}
