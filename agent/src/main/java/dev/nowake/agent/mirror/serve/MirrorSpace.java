package dev.nowake.agent.mirror.serve;

import dev.nowake.agent.config.MirrorSettings;
import dev.nowake.agent.mirror.evict.DiskBudget;
import dev.nowake.agent.mirror.evict.DiskFree;
import dev.nowake.agent.mirror.evict.DiskLimits;
import dev.nowake.agent.mirror.evict.DiskPolicy;
import dev.nowake.agent.mirror.evict.InUse;
import dev.nowake.agent.mirror.evict.LastLoaded;
import dev.nowake.agent.mirror.evict.MirrorDisk;
import dev.nowake.agent.mirror.evict.Staying;
import dev.nowake.agent.mirror.fill.FillFigures;
import dev.nowake.agent.mirror.store.Store;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;

/** Joins a mirror and what keeps its disk within its limits. */
public final class MirrorSpace {
    private MirrorSpace() {}

    /**
     * What the disk of a mirror needs of its host.
     *
     * @param kept an operator wants the file at this path kept
     * @param acts nobody has switched everything off
     * @param wall unix time, seconds
     * @param steady CLOCK_MONOTONIC, seconds
     */
    public record Host(
            Kernel kernel,
            DiskPolicy policy,
            Predicate<Path> kept,
            BooleanSupplier acts,
            DoubleSupplier wall,
            DoubleSupplier steady,
            Counters counters,
            Journal journal) {}

    /**
     * Nothing is looked at before {@link MirrorDisk#start}.
     *
     * @param settings its limits and policy as they are configured now
     * @throws IOException the disk cannot be looked at
     */
    public static MirrorDisk of(Mirror mirror, MirrorSettings settings, Host host) throws IOException {
        Store store = mirror.files();
        Path tree = store.tree();
        Kernel kernel = host.kernel();
        StoreModels models = new StoreModels(kernel.files(), tree, store::twins);
        DiskLimits limits =
                new DiskLimits(settings.budgetBytes(), settings.reserveBytes(), MirrorSettings.MOST_RESERVE_BYTES);
        Spare spare = new Spare(kernel, tree.resolveSibling("spare"));
        spare.keep();
        Predicate<Path> kept = path -> host.kept().test(path)
                || path.startsWith(tree)
                        && host.kept().test(settings.local().resolve(tree.relativize(path))); // as loaders name it
        return new MirrorDisk(new MirrorDisk.Parts(
                settings.name(),
                models,
                new DiskBudget(limits, models, kernel.files(), DiskFree.of(tree), System::nanoTime),
                new Staying(InUse.byLease(kernel), twin -> false, kept), // what is being filled, the filler has open
                new StoreEmptying(store, mirror.fills(), spare),
                host.policy(),
                new LastLoaded(tree.resolveSibling("loaded.json"), tree, host.wall(), host.steady()),
                host.acts(),
                () -> !host.acts().getAsBoolean(),
                () -> isFilling(mirror),
                host.counters(),
                host.journal()));
    }

    private static boolean isFilling(Mirror mirror) {
        FillFigures filling = mirror.figures().filling();
        return filling.piecesUnderWay() > 0 || filling.waitingReaders() > 0;
    }
}
