package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.control.ControlError;
import dev.nowake.agent.decide.Decider;
import dev.nowake.agent.decide.PolicyRegistry;
import dev.nowake.agent.execute.Evictor;
import dev.nowake.agent.execute.HostMappings;
import dev.nowake.agent.execute.Prefetcher;
import dev.nowake.agent.govern.Governor;
import dev.nowake.agent.govern.MemoryLook;
import dev.nowake.agent.identify.CatalogEntry;
import dev.nowake.agent.identify.CatalogSnapshot;
import dev.nowake.agent.identify.ModelCatalog;
import dev.nowake.agent.listen.FileClaims;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.rules.RuleBook;
import dev.nowake.kernel.Kernel;
import dev.nowake.model.FileId;
import dev.nowake.policy.Layouts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** What a daemon with a configuration would answer to {@code explain}: the same stations, without one listening. */
public final class OfflineExplain {
    private OfflineExplain() {}

    /**
     * Scans the root the path lies under. On the calling thread.
     *
     * @param registry every policy the configuration names
     * @param path absolute and resolved
     * @param id of what is there
     * @param pid 0 for nobody in particular
     * @return the document, or an error in its place
     */
    public static Map<String, Object> explain(
            Kernel kernel, Config config, PolicyRegistry registry, Path path, FileId id, int pid) throws IOException {
        Path host = Path.of("/");
        Counters counters = new Counters();
        RuleBook rules = new RuleBook(
                config, name -> registry.named(name).unit().policy().defaults());
        RootRule root = rules.rootOf(path);
        if (root == null) {
            return ControlError.of("not_watched", path + " is below no root of the configuration");
        }
        try (Journal nowhere = new Journal(Path.of("/dev/null"), counters);
                Prefetcher idle = new Prefetcher(kernel, 1)) {
            Parts parts = new Parts(
                    kernel,
                    host,
                    new Engine(broken -> {}),
                    counters,
                    nowhere,
                    new FileClaims(),
                    new LoadBook(),
                    new Mounts(host),
                    new Decider(registry, counters, nowhere),
                    new Governor(0, new MemoryLook(host, () -> Long.MAX_VALUE)),
                    idle,
                    new Evictor(kernel, new HostMappings()),
                    new Compactions(kernel, host, counters, nowhere),
                    new Switches(null, new KeepList(null, Clocks.HOST), nowhere, Clocks.HOST));
            boolean mayOpen = !parts.mounts().isFuse(id.device());
            CatalogSnapshot snapshot = ModelCatalog.scan(
                            kernel.files(), List.of(new ModelCatalog.Root(root.path(), mayOpen)))
                    .snapshot();
            CatalogEntry entry = Explaining.find(snapshot, id, path);
            Baseline baseline = new Baseline(kernel);
            ModelTable table = new ModelTable(snapshot::models, baseline, parts.book(), Clocks.HOST);
            PolicyInputs inputs = new PolicyInputs(parts, new HostMemory(host), table, Layouts.NONE);
            HostNodes nodes = new HostNodes(host);
            ReaderPlaces places = new ReaderPlaces(host, kernel.placement(), nodes);
            Executor here = Runnable::run;
            return ExplainAnswer.answer(
                    entry == null
                            ? null
                            : new Explaining(
                                            parts,
                                            () -> rules,
                                            inputs,
                                            baseline,
                                            places,
                                            new Placements(nodes),
                                            here,
                                            here)
                                    .explain(snapshot, entry, pid),
                    path);
        }
    }
}
