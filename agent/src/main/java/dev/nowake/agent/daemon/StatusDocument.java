package dev.nowake.agent.daemon;

import dev.nowake.agent.config.Config;
import dev.nowake.agent.config.Mode;
import dev.nowake.agent.config.RootRule;
import dev.nowake.agent.config.Rule;
import dev.nowake.agent.execute.MountState;
import dev.nowake.agent.govern.GovernorState;
import dev.nowake.agent.govern.Shortage;
import dev.nowake.agent.load.ActiveLoad;
import dev.nowake.agent.load.Load;
import dev.nowake.agent.load.LoadBook;
import dev.nowake.agent.load.NodeTarget;
import dev.nowake.agent.load.ReaderProgress;
import dev.nowake.agent.observe.PathLabel;
import dev.nowake.agent.rules.Modes;
import dev.nowake.kernel.proc.DeviceNumber;
import dev.nowake.model.FileId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The answer to {@code status}: the daemon's part is made on any thread, the loads on their engine's. */
final class StatusDocument {
    private StatusDocument() {}

    /** {@code controlProblem}: one line about the socket's group, or null. */
    static Map<String, Object> of(
            Config config, Parts parts, long startedNanos, List<Object> loads, String controlProblem) {
        long now = System.nanoTime();
        Map<String, Object> document = new LinkedHashMap<>();
        Modes modes = parts.switches().modes();
        document.put("mode", modes.overall(config).label());
        document.put("uptimeSeconds", (now - startedNanos) / 1e9);
        document.put("pid", ProcessHandle.current().pid());
        document.put("binding", parts.kernel().binding());
        List<Object> roots = new ArrayList<>();
        config.roots().forEach(root -> roots.add(root(root, modes)));
        document.put("roots", roots);
        document.put(
                "rules",
                config.rules().stream().map(rule -> rule(rule, config, modes)).toList());
        document.put("switches", parts.switches().describe());
        document.put("controlProblem", controlProblem);
        document.put("policies", parts.decider().registry().status());
        document.put("loads", loads);
        document.put("governor", governor(parts.governor().state()));
        document.put("cgroup", CgroupDocument.own(parts.procRoot()));
        document.put("mounts", mounts(parts));
        document.put("heldFiles", parts.claims().size());
        document.put("counters", parts.counters().snapshot());
        return document;
    }

    private static Map<String, Object> governor(GovernorState state) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("inFlightBytes", state.inFlightBytes());
        document.put("roomBytes", state.roomBytes());
        document.put("marginBytes", state.marginBytes());
        document.put("outsideBytesPerSecond", state.outsideBytesPerSecond());
        document.put("pages", state.singlePages() ? "single" : "large");
        document.put("unrest", state.unrest());
        document.put(
                "shortage",
                state.shortage() == Shortage.NONE ? null : state.shortage().label());
        document.put("waits", state.allWaits());
        document.put("looks", state.looks());
        document.put("lookSeconds", state.lookedNanos() / 1e9);
        return document;
    }

    /** {@code isKept}: an operator wants the file kept. */
    static List<Object> loads(LoadBook book, Path procRoot, Predicate<FileId> isKept) {
        Map<Load, ActiveLoad> active = new IdentityHashMap<>();
        book.active().forEach(each -> active.put(each.load(), each));
        List<Object> loads = new ArrayList<>();
        for (Load load : book.all(System.nanoTime())) {
            Map<String, Object> document = load(load, procRoot);
            document.putAll(LoadDocument.underWay(load, active.get(load)));
            document.put(
                    "kept",
                    load.shards().stream()
                            .anyMatch(shard -> isKept.test(shard.shard().id())));
            loads.add(document);
        }
        return loads;
    }

    private static List<Object> mounts(Parts parts) {
        List<Object> mounts = new ArrayList<>();
        for (MountState mount : parts.prefetcher().mounts()) {
            Path point = parts.mounts().pointOf(mount.device());
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("path", point == null ? null : PathLabel.of(point).text());
            document.put("device", DeviceNumber.format(mount.device()));
            document.put("fsType", mount.fsType());
            document.put("budgetBytes", mount.budgetBytes());
            document.put("maxBytes", mount.mostBytes());
            document.put("inFlightBytes", mount.inFlightBytes());
            document.put("latencyMillis", mount.latencyNanos() == 0 ? null : mount.latencyNanos() / 1e6);
            document.put("dropsPagesAtOpen", parts.mounts().dropsPagesAtOpen(mount.device()));
            document.put("fencedSeconds", mount.isFenced() ? mount.fencedNanos() / 1e9 : null);
            mounts.add(document);
        }
        return mounts;
    }

    private static List<Object> readers(Load load) {
        List<Object> readers = new ArrayList<>();
        for (int pid : load.readers().keySet()) {
            ReaderProgress progress = load.progress(pid);
            Map<String, Object> reader = new LinkedHashMap<>();
            reader.put("pid", pid);
            reader.put("progress", progress.source().label());
            reader.put("touchedBytes", progress.touchedBytes());
            readers.add(reader);
        }
        return readers;
    }

    private static Map<String, Object> rule(Rule rule, Config config, Modes modes) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", rule.name());
        Mode set = modes.rules().get(rule.name());
        boolean own = set != null || rule.mode() != null;
        document.put("mode", own ? modes.of(rule, config.roots()).label() : null); // else the root's
        document.put("configuredMode", rule.mode() == null ? null : rule.mode().label());
        document.put("policy", rule.policy());
        return document;
    }

    private static Map<String, Object> root(RootRule root, Modes modes) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("path", PathLabel.of(root.path()).text());
        document.put("mode", modes.of(null, root).label());
        document.put("configuredMode", root.mode().label());
        document.put("policy", root.policy());
        return document;
    }

    private static Map<String, Object> load(Load load, Path procRoot) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("load", load.number());
        document.put("model", load.model().name());
        document.put("state", load.state().label());
        document.put("readers", readers(load));
        document.put("shards", load.model().shards().size());
        document.put("shardsOpened", load.shardsOpened());
        document.put("sizeBytes", load.model().sizeBytes());
        document.put("prefetchedBytes", load.prefetchedBytes());
        document.put("evictedBytes", load.evictedBytes());
        NodeTarget target = load.target();
        document.put("nodes", target == null ? null : target.nodes());
        document.put("nodesBy", target == null ? null : target.by().label());
        document.put("residentBytes", load.residentBytes() < 0 ? null : load.residentBytes());
        document.put("readerCgroups", CgroupDocument.readers(procRoot, load));
        return document;
    }
}
