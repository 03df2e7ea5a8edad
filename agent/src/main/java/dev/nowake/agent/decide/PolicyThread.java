package dev.nowake.agent.decide;

import com.sun.management.ThreadMXBean;
import dev.nowake.agent.observe.Counter;
import dev.nowake.policy.PolicyFailure;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread of one untrusted policy and the calls that wait for it. What takes too long is stopped by the {@link Watchdog},
 * which has {@link #inspect} called; a call that does not end even then is given up together with this thread.
 */
final class PolicyThread {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final PolicyRunner runner;
    private final Watchdog watchdog;
    private final Thread thread;

    /** Guards what follows; never held while foreign code runs. */
    private final Object lock = new Object();

    private final Deque<PolicyCall> queue = new ArrayDeque<>();
    private PolicyCall running;
    private boolean stuck;
    private boolean retired;

    PolicyThread(PolicyRunner runner, Watchdog watchdog) {
        this.runner = runner;
        this.watchdog = watchdog;
        this.thread = Thread.ofPlatform()
                .name("nowake-policy-" + runner.name())
                .daemon()
                .unstarted(this::work);
    }

    void start() {
        watchdog.add(this);
        thread.start();
    }

    /** False when the policy is too busy or is being replaced; the call is not answered then. Any thread. */
    boolean offer(PolicyCall call) {
        PolicyCall replaced;
        synchronized (lock) {
            if (retired || stuck) {
                return false;
            }
            replaced = queue.isEmpty() ? null : takeReplaced(call);
            if (queue.size() >= call.limits.queuedCalls()) {
                return false;
            }
            queue.add(call);
        }
        LockSupport.unpark(thread);
        watchdog.wake();
        if (replaced != null && replaced.claim()) {
            runner.news().count(Counter.POLICY_REPLACED);
            replaced.answer().plan(Plan.empty(runner.name()));
        }
        return true;
    }

    private PolicyCall takeReplaced(PolicyCall newer) {
        for (Iterator<PolicyCall> older = queue.iterator(); older.hasNext(); ) {
            PolicyCall call = older.next();
            if (newer.replaces(call)) {
                older.remove();
                return call;
            }
        }
        return null;
    }

    private void work() {
        for (PolicyCall call = next(); call != null; call = next()) {
            perform(call);
        }
        watchdog.remove(this);
        runner.unit().close();
    }

    /** Waits for a call; null when there will be none. */
    private PolicyCall next() {
        while (true) {
            synchronized (lock) {
                PolicyCall call = queue.poll();
                if (call != null && !call.isAnswered()) {
                    call.startedNanos = System.nanoTime();
                    call.allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
                    call.cpuBefore = THREADS.getCurrentThreadCpuTime();
                    running = call;
                    return call;
                }
                if (retired && call == null) {
                    return null;
                }
                if (call != null) {
                    continue;
                }
            }
            Thread.interrupted(); // an interrupt that came too late for its call
            LockSupport.park(this);
        }
    }

    private void perform(PolicyCall call) {
        PolicyRunner.Decision decision = null;
        Throwable thrown = null;
        try {
            decision = runner.perform(call.hook, call.input, call.tryOut);
        } catch (Throwable anything) { // a plugin may throw whatever there is, checked or not
            thrown = anything;
        }
        awaitStopper(call.end());
        long nanos = System.nanoTime() - call.startedNanos;
        synchronized (lock) {
            running = null;
            stuck = false;
        }
        boolean answers = call.claim();
        if (!answers && !call.wasStarved()) {
            return; // answered, and its failure told, while it did not return
        }
        PolicyFailure failure = thrown == null ? call.stopped() : failureOf(call, thrown);
        if (failure != null) {
            runner.failed(call, failure);
        } else {
            runner.succeeded(call, answers ? decision : null, nanos);
        }
        if (answers) {
            call.answer().plan(failure == null ? decision.plan() : Plan.empty(runner.name()));
        }
    }

    private PolicyFailure failureOf(PolicyCall call, Throwable thrown) {
        PolicyFailure stopped = call.stopped();
        if (stopped == null) {
            return runner.failureOf(call.hook, thrown);
        }
        // a script's own failure says where it was stopped
        return thrown instanceof PolicyFailure where ? new PolicyFailure(stopped.kind(), where.getMessage()) : stopped;
    }

    private static void awaitStopper(Thread stopper) {
        while (stopper != null && stopper.isAlive()) {
            try {
                stopper.join();
            } catch (InterruptedException late) {
                continue; // meant for the call, which has ended
            }
        }
        Thread.interrupted();
    }

    /** Stops, answers and gives up what takes too long. Whether there is anything to look at. The watchdog's thread. */
    boolean inspect(long now) {
        PolicyCall call;
        List<PolicyCall> late = new ArrayList<>(0);
        boolean busy;
        synchronized (lock) {
            call = running;
            while (!queue.isEmpty()
                    && now - queue.peek().askedNanos > queue.peek().limits.queuedNanos()) {
                late.add(queue.poll());
            }
            busy = call != null || !queue.isEmpty();
        }
        if (call != null) {
            guard(call, now);
        }
        late.forEach(this::refuse);
        return busy;
    }

    private void refuse(PolicyCall call) {
        if (call.claim()) {
            if (!call.tryOut) {
                runner.news().count(Counter.POLICY_QUEUE_FULL);
            }
            call.answer().fallback();
        }
    }

    private void guard(PolicyCall call, long now) {
        CallLimits limits = call.limits;
        PolicyFailure stopped = call.stopped();
        if (stopped == null) {
            long allocated = THREADS.getThreadAllocatedBytes(thread.threadId()) - call.allocatedBefore;
            if (allocated > limits.allocatedBytes()) {
                stop(call, PolicyFailure.Kind.LIMIT, "allocated more than " + (limits.allocatedBytes() >> 20) + " MiB");
            } else if (now - call.startedNanos > limits.cpuNanos()) {
                stopIfLate(call, now);
            }
            return;
        }
        if (now - call.stoppedNanos() > limits.graceNanos()) {
            synchronized (lock) {
                stuck |= running == call;
            }
            if (call.claim()) {
                runner.failed(call, stopped);
                call.answer().plan(Plan.empty(runner.name()));
            }
        }
        if (now - call.stoppedNanos() > limits.abandonNanos()) {
            abandon(call);
        }
    }

    private void stopIfLate(PolicyCall call, long now) {
        CallLimits limits = call.limits;
        if (THREADS.getThreadCpuTime(thread.threadId()) - call.cpuBefore > limits.cpuNanos()) {
            stop(call, PolicyFailure.Kind.TIMEOUT, "took longer than " + limits.cpuNanos() / 1_000_000 + " ms");
            return;
        }
        long late = now - call.askedNanos - limits.answerNanos();
        if (late > 0 && late < limits.abandonNanos() && thread.getState() == Thread.State.RUNNABLE) {
            // it would run if the host let it: its caller waits no longer, and it is judged by what it does with its
            // time
            if (call.starve()) {
                call.answer().fallback();
            }
        } else if (late > 0) {
            stop(call, PolicyFailure.Kind.TIMEOUT, "gave no answer within " + limits.answerNanos() / 1_000_000 + " ms");
        }
    }

    private void stop(PolicyCall call, PolicyFailure.Kind kind, String what) {
        PolicyFailure failure = new PolicyFailure(kind, runner.unit().origin() + ": " + call.hook.label() + " " + what);
        call.stop(failure, () -> runner.unit().stopCall(what));
    }

    private void abandon(PolicyCall call) {
        synchronized (lock) {
            if (running != call) {
                return;
            }
        }
        watchdog.remove(this);
        runner.abandon(call.hook);
        retire();
    }

    /** No more calls; what waits is answered by the fallback, and the unit is closed when the call under way has ended. */
    void retire() {
        List<PolicyCall> left;
        synchronized (lock) {
            retired = true;
            left = new ArrayList<>(queue);
            queue.clear();
        }
        left.forEach(call -> {
            if (call.claim()) {
                call.answer().fallback();
            }
        });
        LockSupport.unpark(thread);
    }

    /** At most so long; whether it has ended. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return thread.join(java.time.Duration.ofMillis(millis));
    }
}
