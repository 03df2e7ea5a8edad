package dev.nowake.agent.cli;

import com.sun.management.ThreadMXBean;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Step;
import dev.nowake.policy.sim.HookCall;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls one policy from a thread of its own and stops what takes too long or too much memory, so that a broken policy costs
 * its author a message and not a hung terminal. The daemon allows a call 20 ms; here a second, because the code is cold.
 */
final class WatchedCalls implements HookCall, AutoCloseable {
    private static final long DEADLINE_MILLIS = 1000;

    /** A script ends within milliseconds of being told; Java code that does not look never does. */
    private static final long GRACE_MILLIS = 1000;

    private static final long LOOK_MILLIS = 5;

    /** What the daemon allows. */
    private static final long MAX_ALLOCATED_BYTES = 64L << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final PolicyUnit unit;
    private final ExecutorService thread;
    private volatile Thread caller;
    private boolean lost;

    PolicyUnit unit() {
        return unit;
    }

    WatchedCalls(PolicyUnit unit) {
        this.unit = unit;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = Thread.ofPlatform().name("nowake-policy").daemon().unstarted(task);
            caller = made;
            return made;
        });
    }

    @Override
    public List<Step> call(Hook hook, Policy policy, PolicyInput input) {
        if (unit.isTrusted()) {
            return hook.call(policy, input);
        }
        return watched(() -> hook.call(policy, input));
    }

    /** Any of the policy's own code. Throws {@link PolicyFailure}, or what the code threw. */
    <T> T watched(Callable<T> code) {
        if (lost) {
            throw new PolicyFailure(PolicyFailure.Kind.TIMEOUT, unit.origin() + ": an earlier call never ended");
        }
        Future<T> answer = thread.submit(code);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DEADLINE_MILLIS);
        long allocated = allocatedBytes();
        while (true) {
            try {
                return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException busy) {
                if (allocatedBytes() - allocated > MAX_ALLOCATED_BYTES) {
                    throw stopped(answer, PolicyFailure.Kind.LIMIT, "uses more than 64 MiB of memory in one call");
                }
                if (System.nanoTime() > end) {
                    throw stopped(
                            answer, PolicyFailure.Kind.TIMEOUT, "does not return within " + DEADLINE_MILLIS + " ms");
                }
            } catch (ExecutionException thrown) {
                throw failure(thrown.getCause());
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw stopped(answer, PolicyFailure.Kind.TIMEOUT, "was interrupted");
            }
        }
    }

    private PolicyFailure stopped(Future<?> answer, PolicyFailure.Kind kind, String why) {
        unit.stopCall(why);
        String where = unit.origin() + ": ";
        try {
            answer.get(GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException ended) {
            if (ended.getCause() instanceof PolicyFailure told) {
                return told; // it knows the line
            }
        } catch (TimeoutException | InterruptedException never) {
            lost = true;
            answer.cancel(true);
        }
        return new PolicyFailure(kind, where + why);
    }

    private RuntimeException failure(Throwable thrown) {
        if (thrown instanceof PolicyFailure known) {
            return known;
        }
        if (thrown instanceof OutOfMemoryError) {
            return new PolicyFailure(PolicyFailure.Kind.LIMIT, unit.origin() + ": used up all memory");
        }
        StackTraceElement[] trace = thrown.getStackTrace();
        String at = trace.length == 0 ? "" : " at " + trace[0].getFileName() + ":" + trace[0].getLineNumber();
        return new PolicyFailure(PolicyFailure.Kind.THROWN, unit.origin() + ": " + thrown + at);
    }

    private long allocatedBytes() {
        return caller == null ? 0 : Math.max(0, THREADS.getThreadAllocatedBytes(caller.threadId()));
    }

    @Override
    public void close() {
        thread.shutdownNow();
        unit.close();
    }
}
