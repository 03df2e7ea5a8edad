package dev.nowake.policy.plugin;

import dev.nowake.policy.Hook;
import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyInput;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.Step;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** One policy of a jar. Java cannot end a call that does not look whether it is interrupted. */
final class PluginUnit implements PolicyUnit {
    private final PluginJar jar;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final String origin;
    private final Policy policy;

    /** Guarded by this object, so that no call but the one under way is interrupted. */
    private Thread caller;

    PluginUnit(PluginJar jar, Declared declared) {
        this.jar = jar;
        this.origin = jar.origin();
        this.policy = new Interruptible(declared);
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public Policy policy() {
        return policy;
    }

    @Override
    public boolean isTrusted() {
        return false;
    }

    @Override
    public synchronized void stopCall(String why) {
        if (caller != null) {
            caller.interrupt();
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            stopCall("closed");
            jar.release();
        }
    }

    private synchronized void calledBy(Thread thread) {
        caller = thread;
    }

    private final class Interruptible implements Policy {
        private final Declared declared;

        private Interruptible(Declared declared) {
            this.declared = declared;
        }

        @Override
        public String name() {
            return declared.name();
        }

        @Override
        public int api() {
            return declared.api();
        }

        @Override
        public String description() {
            return declared.description();
        }

        @Override
        public Map<String, dev.nowake.policy.Argument> arguments() {
            return declared.arguments();
        }

        @Override
        public List<Step> prefetch(PolicyInput input) {
            return call(Hook.PREFETCH, input);
        }

        @Override
        public List<Step> evict(PolicyInput input) {
            return call(Hook.EVICT, input);
        }

        private List<Step> call(Hook hook, PolicyInput input) {
            calledBy(Thread.currentThread());
            try {
                return hook.call(declared, input);
            } finally {
                calledBy(null);
            }
        }
    }
}
