package dev.nowake.policy;

import dev.nowake.model.FileId;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What every step must pass before anything acts on it: a file of a model below the rule's roots, a range inside that file.
 * Only the load's own files are prefetched; files of other models may be evicted or kept. Nodes must be the host's. From a
 * mirror's disk only whole models of that mirror go that nobody uses or wants kept. What is outside is cut off or refused,
 * and counted by the caller; nothing a policy returns can reach a foreign file.
 */
public final class Guard {
    /** More steps than this in one plan are refused: no model has so many shards, and each step costs memory. */
    public static final int MAX_STEPS = 100_000;

    /** Longer reasons are cut. */
    public static final int MAX_REASON = 200;

    /** What a policy may remember, written as JSON in UTF-8. */
    public static final int MAX_STATE_BYTES = 64 << 10;

    private Guard() {}

    /** A step that may be acted on: its range cut to the file. */
    public record Checked(Step.OnRange step, FileId file, RangeSet range) {}

    /** A model that may be evicted from its mirror's disk. */
    public record FromDisk(MirroredModelView model, String reason) {}

    /**
     * The steps that passed, in order, why others did not, and what the policy wants to remember.
     *
     * @param compactions one for a node at most
     * @param fromDisk each model once
     * @param state null where nothing new is to be remembered
     */
    public record Verdict(
            List<Checked> accepted,
            List<Step.Compact> compactions,
            List<FromDisk> fromDisk,
            List<String> refused,
            Map<String, Object> state) {}

    public static Verdict check(List<? extends Step> steps, PolicyInput input) {
        List<Checked> accepted = new ArrayList<>();
        Map<Integer, Step.Compact> compactions = new LinkedHashMap<>();
        List<String> refused = new ArrayList<>();
        Map<String, Object> state = null;
        if (steps.size() > MAX_STEPS) {
            refused.add("plan has " + steps.size() + " steps, at most " + MAX_STEPS + " are taken");
            return new Verdict(accepted, List.of(), List.of(), refused, null);
        }
        if (input.trigger() == Trigger.DISK) {
            return DiskGuard.check(steps, input.mirror());
        }
        Map<FileId, Long> own = ownSizes(input);
        Map<FileId, Long> all = steps.stream().anyMatch(step -> isOfOther(step, own)) ? allSizes(input, own) : own;
        for (Step step : steps) {
            switch (step) {
                case null -> refused.add("a step is null");
                case Step.Compact compact -> {
                    if (hasNode(input.host(), compact.node())) {
                        compactions.putIfAbsent(compact.node(), compact);
                    } else {
                        refused.add("step names NUMA node " + compact.node() + ", which is not there");
                    }
                }
                case Step.Remember remember -> state = remember.state();
                case Step.Prefetch prefetch ->
                    add(prefetch, own.get(prefetch.file()), "outside the model", accepted, refused);
                case Step.EvictFromDisk evict -> refused.add(DiskGuard.notNow(evict, input.trigger()));
                case Step.Evict evict -> add(evict, all.get(evict.file()), "outside the roots", accepted, refused);
                case Step.Keep keep -> add(keep, all.get(keep.file()), "outside the roots", accepted, refused);
            }
        }
        return new Verdict(accepted, List.copyOf(compactions.values()), List.of(), refused, state);
    }

    private static boolean hasNode(HostView host, int number) {
        return number == Step.Compact.ALL_NODES || host.nodes().stream().anyMatch(node -> node.id() == number);
    }

    /** Only then is it worth while to look through every model's files. */
    private static boolean isOfOther(Step step, Map<FileId, Long> own) {
        return step instanceof Step.OnRange about
                && !(about instanceof Step.Prefetch)
                && !own.containsKey(about.file());
    }

    private static Map<FileId, Long> ownSizes(PolicyInput input) {
        Map<FileId, Long> sizes = new HashMap<>();
        if (input.model() != null) {
            for (Shard shard : input.model().shards()) {
                sizes.put(shard.id(), shard.sizeBytes());
            }
        }
        return sizes;
    }

    private static Map<FileId, Long> allSizes(PolicyInput input, Map<FileId, Long> own) {
        if (input.models().isEmpty()) {
            return own;
        }
        Map<FileId, Long> sizes = new HashMap<>(own);
        for (ModelView model : input.models()) {
            model.files().forEach(file -> sizes.putIfAbsent(file.id(), file.sizeBytes()));
        }
        return sizes;
    }

    private static void add(
            Step.OnRange step, Long sizeBytes, String where, List<Checked> accepted, List<String> refused) {
        String wrong = sizeBytes == null ? "step names a file " + where : wrongRange(step, sizeBytes);
        if (wrong != null) {
            refused.add(wrong);
            return;
        }
        RangeSet range = RangeSet.between(step.offsetBytes(), end(step, sizeBytes));
        if (!range.isEmpty()) {
            accepted.add(new Checked(step, step.file(), range));
        }
    }

    private static String wrongRange(Step.OnRange step, long sizeBytes) {
        if (step.offsetBytes() < 0) {
            return "step has a negative offset " + step.offsetBytes();
        }
        if (step.lengthBytes() < 0 && step.lengthBytes() != Step.WHOLE) {
            return "step has a negative length " + step.lengthBytes();
        }
        if (step.offsetBytes() > sizeBytes) {
            return "step begins at " + step.offsetBytes() + ", beyond the file's end at " + sizeBytes;
        }
        return null;
    }

    private static long end(Step.OnRange step, long sizeBytes) {
        if (step.lengthBytes() == Step.WHOLE || step.lengthBytes() > sizeBytes - step.offsetBytes()) {
            return sizeBytes;
        }
        return step.offsetBytes() + step.lengthBytes();
    }
}
