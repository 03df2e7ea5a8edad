package dev.nowake.policy;

import dev.nowake.model.FileId;
import dev.nowake.model.Model;
import dev.nowake.model.RangeSet;
import dev.nowake.model.Shard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What every step must pass before anything acts on it: a file of this load's model, a range inside that file. What is
 * outside is cut off or refused, and counted by the caller; nothing a policy returns can reach a foreign file.
 */
public final class Guard {
    /** More steps than this in one plan are refused: no model has so many shards, and each step costs memory. */
    public static final int MAX_STEPS = 100_000;

    private Guard() {}

    /** A step that may be acted on: its range cut to the file. */
    public record Checked(Step step, Shard shard, RangeSet range) {}

    /** The steps that passed, in order, and why others did not. */
    public record Verdict(List<Checked> accepted, List<String> refused) {}

    public static Verdict check(List<Step> steps, Model model) {
        List<Checked> accepted = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        if (steps.size() > MAX_STEPS) {
            refused.add("plan has " + steps.size() + " steps, at most " + MAX_STEPS + " are taken");
            return new Verdict(accepted, refused);
        }
        Map<FileId, Shard> shards = new HashMap<>();
        model.shards().forEach(shard -> shards.put(shard.id(), shard));
        for (Step step : steps) {
            Shard shard = step == null ? null : shards.get(step.file());
            String wrong = shard == null ? "step names a file outside the model" : wrongRange(step, shard);
            if (wrong != null) {
                refused.add(wrong);
                continue;
            }
            RangeSet range = RangeSet.between(step.offsetBytes(), end(step, shard.sizeBytes()));
            if (!range.isEmpty()) {
                accepted.add(new Checked(step, shard, range));
            }
        }
        return new Verdict(accepted, refused);
    }

    private static String wrongRange(Step step, Shard shard) {
        if (step.offsetBytes() < 0) {
            return "step has a negative offset " + step.offsetBytes();
        }
        if (step.lengthBytes() < 0 && step.lengthBytes() != Step.WHOLE) {
            return "step has a negative length " + step.lengthBytes();
        }
        if (step.offsetBytes() > shard.sizeBytes()) {
            return "step begins at " + step.offsetBytes() + ", beyond the file's end at " + shard.sizeBytes();
        }
        return null;
    }

    private static long end(Step step, long sizeBytes) {
        if (step.lengthBytes() == Step.WHOLE || step.lengthBytes() > sizeBytes - step.offsetBytes()) {
            return sizeBytes;
        }
        return step.offsetBytes() + step.lengthBytes();
    }
}
