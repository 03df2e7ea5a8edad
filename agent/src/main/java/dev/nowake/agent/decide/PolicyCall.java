package dev.nowake.agent.decide;

import dev.nowake.model.Model;
import dev.nowake.policy.Hook;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.Trigger;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One question to an untrusted policy on its way. Whoever {@link #claim}s it answers it: the policy's own thread, the
 * watchdog when that takes too long, or a later call that replaces it.
 */
final class PolicyCall {
    final Hook hook;
    final PolicyInput input;
    final CallLimits limits;

    /** Only to see the answer: nothing is counted, told or remembered of it, whatever comes of it. */
    final boolean tryOut;

    final long askedNanos = System.nanoTime();
    private final Answer answer;
    private final AtomicBoolean claimed = new AtomicBoolean();

    /** When it began, and what its thread had allocated and how long it had run by then; set by that thread before it is seen to run. */
    long startedNanos;

    long allocatedBefore;
    long cpuBefore;

    private volatile boolean starved;
    private boolean ended;
    private PolicyFailure stopped;
    private long stoppedNanos;
    private Thread stopper;

    /** Exactly one of the two is called, once. */
    interface Answer {
        /** {@code plan} may be an empty one. */
        void plan(Plan plan);

        /** The policy was not asked: its fallback should be. */
        void fallback();

        static Answer of(Consumer<Plan> plan, Runnable fallback) {
            return new Answer() {
                @Override
                public void plan(Plan answered) {
                    plan.accept(answered);
                }

                @Override
                public void fallback() {
                    fallback.run();
                }
            };
        }
    }

    /** {@code input} without the policy's state, which is what it is when the call begins. */
    PolicyCall(Hook hook, PolicyInput input, CallLimits limits, boolean tryOut, Answer answer) {
        this.hook = hook;
        this.input = input;
        this.limits = limits;
        this.tryOut = tryOut;
        this.answer = answer;
    }

    /** True once: for the one who answers. */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    /** The same, for a call that goes on: what becomes of it is told, but nobody waits for its plan. */
    boolean starve() {
        starved = true; // before the policy's thread can find it claimed
        return claim();
    }

    /** It was answered for while it waited for a processor. */
    boolean wasStarved() {
        return starved;
    }

    boolean isAnswered() {
        return claimed.get();
    }

    /** Has {@code stop} run on a thread of its own, because it may wait for the call; not when it was stopped before or has ended. */
    synchronized void stop(PolicyFailure why, Runnable stop) {
        if (!ended && stopped == null) {
            stopped = why;
            stoppedNanos = System.nanoTime();
            stopper = Thread.ofPlatform().name("nowake-policy-stop").daemon().start(stop);
        }
    }

    /** What it was stopped for; null while it has not been. */
    synchronized PolicyFailure stopped() {
        return stopped;
    }

    /** Meaningful once {@link #stopped}. */
    synchronized long stoppedNanos() {
        return stoppedNanos;
    }

    /** It has returned. Returns who is still stopping it, for whom the next call must wait lest it be stopped itself, or null. */
    synchronized Thread end() {
        ended = true;
        return stopper;
    }

    Answer answer() {
        return answer;
    }

    /** Whether this newer call makes the older one pointless: both ask how the same load, or the host, is doing now. */
    boolean replaces(PolicyCall older) {
        boolean repeats = input.trigger() == Trigger.TICK || input.trigger() == Trigger.PROGRESS;
        return repeats
                && !tryOut
                && !older.tryOut
                && input.trigger() == older.input.trigger()
                && hook == older.hook
                && input.file() == null
                && older.input.file() == null
                && input.args().equals(older.input.args())
                && sameModel(input.model(), older.input.model());
    }

    private static boolean sameModel(Model one, Model other) {
        if (one == null || other == null) {
            return one == other;
        }
        return one == other || one.name().equals(other.name()) && one.shards().equals(other.shards());
    }
}
