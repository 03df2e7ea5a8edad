package dev.nowake.agent.decide;

import dev.nowake.agent.observe.Counter;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * One loaded policy and how it is called: at once where it is trusted, else on a thread of its own within {@link CallLimits}.
 * A reloaded policy gets another runner with the same {@link PolicyRecord}.
 */
public final class PolicyRunner {
    private final PolicyUnit unit;
    private final String name;
    private final FittedArguments arguments;
    private final PolicyThread thread;
    private volatile PolicyRecord record;
    private volatile PolicyNews news = new PolicyNews();
    private volatile boolean abandoned;

    /** Of the call under way. */
    private volatile boolean quiet;

    /** {@code state} is what is to be remembered; null where nothing new is. */
    record Decision(Plan plan, Map<String, Object> state) {}

    /** Until it is told to {@link #serve}, nothing of what it does is told or kept. */
    PolicyRunner(PolicyUnit unit, Watchdog watchdog) {
        this.unit = unit;
        this.name = unit.policy().name();
        this.record = new PolicyRecord(name);
        this.arguments = new FittedArguments(unit.policy());
        this.thread = unit.isTrusted() ? null : new PolicyThread(this, watchdog);
        if (thread != null) {
            thread.start();
        }
    }

    public PolicyUnit unit() {
        return unit;
    }

    public String name() {
        return name;
    }

    PolicyRecord record() {
        return record;
    }

    /** It is called on the asking thread. */
    boolean isInline() {
        return thread == null;
    }

    /** Its thread is lost: only loading it again helps. */
    boolean isAbandoned() {
        return abandoned;
    }

    PolicyNews news() {
        return news;
    }

    boolean isDisabled() {
        return record.disabled() != null;
    }

    /** The input with a rule's arguments, made to fit. */
    PolicyInput fitted(PolicyInput input, Map<String, Object> args) {
        Map<String, Object> fitted = arguments.of(args);
        return fitted == input.args() ? input : input.withArgs(fitted);
    }

    /** For a trusted policy: answers the call with its plan, an empty one where it fails. Never throws what it throws. */
    void answer(PolicyCall call) {
        long began = System.nanoTime();
        Plan plan;
        try {
            Decision decision = perform(call.hook, call.input, call.tryOut);
            succeeded(call, decision, System.nanoTime() - began);
            plan = decision.plan();
        } catch (RuntimeException | Error thrown) {
            failed(call, failureOf(call.hook, thrown));
            plan = Plan.empty(name);
        }
        call.answer().plan(plan);
    }

    /** For an untrusted policy: false when it is too busy or about to be replaced, and the call is not answered then. */
    boolean offer(PolicyCall call) {
        return thread.offer(call);
    }

    /** Calls the policy now. Throws whatever it throws. {@code quietly}: what it logs meanwhile is dropped. */
    Decision perform(Hook hook, PolicyInput input, boolean quietly) {
        quiet = quietly;
        Map<String, Object> state = record.state();
        PolicyInput own = state.isEmpty() ? input : input.withState(state);
        List<Step> steps = hook.call(unit.policy(), own);
        if (steps == null) {
            throw new PolicyFailure(PolicyFailure.Kind.BAD_RESULT, where(hook) + " returned null, not a list of steps");
        }
        if (steps.isEmpty()) {
            return new Decision(Plan.empty(name), null);
        }
        if (steps.size() > Guard.MAX_STEPS) {
            throw new PolicyFailure(
                    PolicyFailure.Kind.LIMIT,
                    where(hook) + " returned " + steps.size() + " steps, at most " + Guard.MAX_STEPS + " are taken");
        }
        Guard.Verdict verdict = Guard.check(steps, own);
        Map<String, Object> remembered = verdict.state() == null ? null : RememberedState.of(verdict.state());
        Plan plan = new Plan(
                name, byPriority(verdict.accepted()), verdict.compactions(), verdict.fromDisk(), verdict.refused());
        return new Decision(plan, remembered);
    }

    /** Higher priorities first, equal ones as they were given; what is no prefetch counts as 0. */
    private static List<Guard.Checked> byPriority(List<Guard.Checked> steps) {
        for (Guard.Checked step : steps) {
            if (priority(step) != 0) {
                List<Guard.Checked> sorted = new ArrayList<>(steps);
                sorted.sort(Comparator.comparingInt(PolicyRunner::priority).reversed());
                return sorted;
            }
        }
        return steps;
    }

    private static int priority(Guard.Checked step) {
        return step.step() instanceof Step.Prefetch prefetch ? prefetch.priority() : 0;
    }

    PolicyFailure failureOf(Hook hook, Throwable thrown) {
        if (thrown instanceof PolicyFailure failure) {
            return failure;
        }
        String at = "";
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (frame.getFileName() != null && !frame.getClassName().startsWith("java.")) {
                at = " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
                break;
            }
        }
        String what = String.valueOf(thrown).lines().findFirst().orElse("");
        return new PolicyFailure(PolicyFailure.Kind.THROWN, where(hook) + " threw " + what + at);
    }

    private String where(Hook hook) {
        return unit.origin() + ": " + hook.label();
    }

    /** {@code decision} is null where it came too late for its caller. */
    void succeeded(PolicyCall call, Decision decision, long nanos) {
        if (call.tryOut) {
            return;
        }
        if (decision == null) {
            record.succeeded(call.hook, nanos);
            return;
        }
        if (decision.state() != null) {
            record.remember(decision.state());
        }
        if (!decision.plan().refused().isEmpty()) {
            news.count(Counter.GUARD_REFUSED, decision.plan().refused().size());
        }
        record.succeeded(call.hook, nanos);
    }

    void failed(PolicyCall call, PolicyFailure failure) {
        if (call.tryOut) {
            return;
        }
        news.failed(record, call.hook, call.input, failure);
        if (record.failed(call.hook, failure.getMessage())) {
            news.disabled(record);
        }
    }

    /** A call does not end though it was stopped: its thread is lost, and it will not get another. */
    void abandon(Hook hook) {
        abandoned = true;
        news.count(Counter.POLICIES_ABANDONED);
        if (record.disable(where(hook) + " did not end when it was stopped; its thread is given up")) {
            news.disabled(record);
        }
    }

    /** It is loaded and checked: what it does is kept in the record and told from now on. */
    PolicyRunner serve(PolicyRecord kept, PolicyNews told) {
        record = kept;
        news = told;
        unit.logTo(line -> {
            if (!quiet) {
                told.said(kept, line);
            }
        });
        return this;
    }

    /** Another one takes its place, or none. Calls under way end as they may. */
    void retire() {
        if (thread == null) {
            unit.close();
        } else {
            thread.retire();
        }
    }

    /** At most so long, for what is to be gone when this returns; whether it is. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return thread == null || thread.awaitEnd(millis);
    }
}
