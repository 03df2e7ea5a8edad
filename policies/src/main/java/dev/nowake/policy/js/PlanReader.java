package dev.nowake.policy.js;

import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.List;
import org.graalvm.polyglot.Value;

/** Reads what a hook returned. Strict: one wrong step refuses the whole plan. Getters and proxies run under the call's limits. */
final class PlanReader {
    private PlanReader() {}

    /** @throws BadResult names the step and the key */
    static List<Step> read(Value result, Hook hook) {
        if (result.isNull()) {
            return List.of();
        }
        if (!result.hasArrayElements() || result.isProxyObject()) {
            throw Plain.wrong(result, "the result", "an array of steps");
        }
        long size = result.getArraySize();
        if (size > Guard.MAX_STEPS) {
            throw new BadResult("the result has " + size + " steps, at most " + Guard.MAX_STEPS + " are taken");
        }
        List<Step> steps = new ArrayList<>((int) size);
        for (int i = 0; i < size; i++) {
            try {
                steps.add(StepDraft.read(result.getArrayElement(i), hook));
            } catch (ArrayIndexOutOfBoundsException e) {
                // a getter on an earlier step made the array shorter, or there is a hole
                throw new BadResult("step " + i + " is missing");
            } catch (BadResult e) {
                throw new BadResult("step " + i + ": " + e.getMessage());
            }
        }
        return steps;
    }
}
