package dev.nowake.policy;

import dev.nowake.model.FileId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The part of {@link Guard} about a mirror's disk: whole models of this mirror, none that is used or wanted kept. */
final class DiskGuard {
    private final Map<String, List<MirroredModelView>> byName = new HashMap<>();
    private final Map<FileId, List<MirroredModelView>> byFile = new HashMap<>();
    private final Set<MirroredModelView> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Guard.FromDisk> fromDisk = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();

    /** {@code mirror}: null is taken for one without models. */
    private DiskGuard(MirrorView mirror) {
        for (MirroredModelView model : mirror == null ? List.<MirroredModelView>of() : mirror.models()) {
            byName.computeIfAbsent(model.name(), name -> new ArrayList<>()).add(model);
            model.files().forEach(file -> byFile.put(file.id(), List.of(model)));
        }
    }

    static Guard.Verdict check(List<? extends Step> steps, MirrorView mirror) {
        DiskGuard guard = new DiskGuard(mirror);
        Map<String, Object> state = null;
        for (Step step : steps) {
            if (step instanceof Step.Remember remember) {
                state = remember.state();
            } else {
                guard.look(step);
            }
        }
        return new Guard.Verdict(List.of(), List.of(), List.copyOf(guard.fromDisk), guard.refused, state);
    }

    private void look(Step step) {
        String wrong = switch (step) {
            case null -> "a step is null";
            case Step.EvictFromDisk evict -> take(evict);
            case Step.Evict evict -> "step evicts from page cache at trigger disk; say tier: \"disk\" to free the disk";
            case Step.Prefetch other -> notHere("prefetches");
            case Step.Keep other -> notHere("keeps a range");
            case Step.Compact other -> notHere("compacts memory");
            case Step.Remember other -> null;
        };
        if (wrong != null) {
            refused.add(wrong);
        }
    }

    private static String notHere(String what) {
        return "step " + what + " at trigger disk, where only evictions from disk count";
    }

    /** What is wrong with it; null where the model may go. */
    private String take(Step.EvictFromDisk evict) {
        List<MirroredModelView> named = evict.model() != null
                ? byName.getOrDefault(evict.model(), List.of())
                : byFile.getOrDefault(evict.file(), List.of());
        if (named.isEmpty()) {
            return "step names " + label(evict) + ", which is not in the mirror";
        }
        if (named.size() > 1) {
            return "step names " + label(evict) + ", and " + named.size()
                    + " models are called that: name a file of one";
        }
        MirroredModelView model = named.getFirst();
        if (model.staysBecause() != null) {
            return "step evicts model " + model.name() + " from disk, which is " + model.staysBecause();
        }
        if (taken.add(model)) {
            fromDisk.add(new Guard.FromDisk(model, evict.reason()));
        }
        return null;
    }

    static String notNow(Step.EvictFromDisk evict, Trigger trigger) {
        return "step evicts " + label(evict) + " from disk at trigger " + trigger.label() + ", not disk";
    }

    private static String label(Step.EvictFromDisk evict) {
        return evict.model() != null ? "model " + evict.model() : "file " + evict.file();
    }
}
