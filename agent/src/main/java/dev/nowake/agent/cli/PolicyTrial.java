package dev.nowake.agent.cli;

import dev.nowake.policy.Argument;
import dev.nowake.policy.CannedInputs;
import dev.nowake.policy.CannedInputs.Canned;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyNames;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tries a policy that could be loaded: its declaration, then both hooks on every canned input. */
final class PolicyTrial {
    /** More lines help nobody. */
    private static final int MOST_PROBLEMS = 20;

    private final PolicyUnit unit;
    private final WatchedCalls calls;

    /** What is wrong, and on which calls: the same mistake shows on many inputs. */
    private final Map<String, List<String>> problems = new LinkedHashMap<>();

    /** Those that used up their time or memory: calling them again would take as long. */
    private final Set<Hook> givenUp = EnumSet.noneOf(Hook.class);

    private int made;
    private int steps;

    private PolicyTrial(PolicyUnit unit, WatchedCalls calls) {
        this.unit = unit;
        this.calls = calls;
    }

    /** {@code problems}: one line each, with file and line where known; empty when all is well. */
    record Result(
            String name,
            int api,
            String description,
            Map<String, Argument> arguments,
            int calls,
            int steps,
            List<String> problems) {}

    static Result of(PolicyUnit unit, WatchedCalls calls) {
        return new PolicyTrial(unit, calls).run();
    }

    private Result run() {
        Policy policy = unit.policy();
        try {
            Result declared = calls.watched(() ->
                    new Result(policy.name(), policy.api(), policy.description(), policy.arguments(), 0, 0, List.of()));
            declaration(declared);
            Map<String, Object> args = CannedInputs.argsFor(policy);
            for (Canned canned : CannedInputs.all(args)) {
                for (Hook hook : Hook.values()) {
                    call(policy, hook, canned);
                }
            }
            return new Result(
                    declared.name(),
                    declared.api(),
                    declared.description(),
                    declared.arguments(),
                    made,
                    steps,
                    lines());
        } catch (PolicyFailure broken) {
            return new Result(null, 0, "", Map.of(), made, steps, List.of(broken.getMessage()));
        }
    }

    private void declaration(Result declared) {
        String where = unit.origin() + ": ";
        if (!PolicyNames.isPolicy(declared.name())) {
            add(
                    where + "the name '" + declared.name()
                            + "' is none: use 1 to 64 lower-case letters, digits and hyphens",
                    null);
        } else if (!unit.isTrusted() && PolicySource.known().contains(declared.name())) {
            add(where + "the name '" + declared.name() + "' is taken by a policy that comes with nowake", null);
        }
        if (declared.api() != Policy.API) {
            add(where + "written for api " + declared.api() + "; this nowake has api " + Policy.API, null);
        }
    }

    private void call(Policy policy, Hook hook, Canned canned) {
        if (givenUp.contains(hook)) {
            return;
        }
        made++;
        PolicyInput input = canned.input();
        String what = hook.label() + " on '" + canned.label() + "'";
        try {
            List<Step> answer = calls.call(hook, policy, input);
            if (answer == null) {
                add(unit.origin() + ": " + hook.label() + " returns null; an empty list means nothing to do", what);
                return;
            }
            steps += answer.size();
            for (String refused : Guard.check(answer, input).refused()) {
                add(unit.origin() + ": " + hook.label() + ": " + refused, what);
            }
        } catch (PolicyFailure failed) {
            add(failed.getMessage(), what);
            if (failed.kind() == PolicyFailure.Kind.TIMEOUT || failed.kind() == PolicyFailure.Kind.LIMIT) {
                givenUp.add(hook);
            }
        }
    }

    /** {@code what}: the call that showed it, null where it took none. */
    private void add(String problem, String what) {
        List<String> shown = problems.computeIfAbsent(problem, first -> new ArrayList<>());
        if (what != null) {
            shown.add(what);
        }
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        problems.forEach((problem, shown) -> {
            String more = shown.size() > 1 ? " and " + (shown.size() - 1) + " more" : "";
            lines.add(problem + (shown.isEmpty() ? "" : " (" + shown.getFirst() + more + ")"));
        });
        return lines.subList(0, Math.min(lines.size(), MOST_PROBLEMS));
    }
}
