package dev.nowake.agent.decide;

import dev.nowake.agent.observe.Counter;
import dev.nowake.agent.observe.Counters;
import dev.nowake.agent.observe.Journal;
import dev.nowake.agent.observe.LineKind;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import java.nio.file.Path;

/** Tells what happens to policies, in counters and journal. Before a daemon is there, nobody listens. Any thread. */
final class PolicyNews {
    /** A line of a policy's log is cut to this. */
    private static final int MAX_LOG_CHARS = 500;

    private volatile Counters counters = new Counters();
    private volatile Journal journal;

    void tell(Counters to, Journal lines) {
        counters = to;
        journal = lines;
    }

    void count(Counter counter) {
        counters.increment(counter);
    }

    void count(Counter counter, long amount) {
        counters.add(counter, amount);
    }

    void failed(PolicyRecord record, Hook hook, PolicyInput input, PolicyFailure failure) {
        count(Counter.POLICY_ERRORS);
        count(counter(failure.kind()));
        if (journal != null && record.failuresTold().pass(System.nanoTime())) {
            journal.line(LineKind.POLICY)
                    .put("policy", record.name())
                    .put("hook", hook.label())
                    .put("trigger", input.trigger().label())
                    .put("model", input.model() == null ? null : input.model().name())
                    .put("failure", label(failure.kind()))
                    .put("failuresNotTold", positive(record.failuresTold().takeHeld()))
                    .put("reason", failure.getMessage())
                    .log();
        }
    }

    void disabled(PolicyRecord record) {
        count(Counter.POLICIES_DISABLED);
        happened(
                record.name(),
                "disabled",
                record.disabled() + "; its rules' fallbacks answer until its file changes or 'nowake policy enable "
                        + record.name() + "'");
    }

    /** A policy was loaded, reloaded, enabled, removed. */
    void happened(String policy, String what, String reason) {
        if (journal != null) {
            journal.line(LineKind.POLICY)
                    .put("policy", policy)
                    .put("event", what)
                    .put("reason", reason)
                    .log();
        }
    }

    /** A file in a policy folder, or a policy that comes with nowake, cannot be used. {@code where}: its path, or its name. */
    void problem(String where, String message) {
        count(Counter.POLICY_INVALID);
        if (journal != null) {
            Journal.Line line = journal.line(LineKind.POLICY);
            Path file = Path.of(where);
            (file.isAbsolute() ? line.path(file) : line.put("policy", where))
                    .put("event", "broken")
                    .put("reason", message)
                    .log();
        }
    }

    /** A line the policy logged. */
    void said(PolicyRecord record, String text) {
        if (!record.linesSaid().pass(System.nanoTime())) {
            count(Counter.POLICY_LINES_DROPPED);
            return;
        }
        if (journal != null) {
            journal.line(LineKind.LOG)
                    .put("policy", record.name())
                    .put("text", text.length() <= MAX_LOG_CHARS ? text : text.substring(0, MAX_LOG_CHARS))
                    .put("linesDropped", positive(record.linesSaid().takeHeld()))
                    .log();
        }
    }

    private static Long positive(long number) {
        return number > 0 ? number : null;
    }

    private static String label(PolicyFailure.Kind kind) {
        return kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    private static Counter counter(PolicyFailure.Kind kind) {
        return switch (kind) {
            case INVALID -> Counter.POLICY_INVALID;
            case THROWN -> Counter.POLICY_THROWN;
            case TIMEOUT -> Counter.POLICY_TIMEOUTS;
            case LIMIT -> Counter.POLICY_LIMITS;
            case BAD_RESULT -> Counter.POLICY_BAD_RESULTS;
        };
    }
}
