package dev.nowake.kernel.fake;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ThreadPlacement;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;

/** Affinity and memory policy of the fake's threads: those of the test. */
final class FakePlacement implements ThreadPlacement {
    private record Policy(Memory mode, BitSet nodes) {}

    private final FakeHost host;
    private final Map<Integer, BitSet> affinity = new ConcurrentHashMap<>();
    private final Map<Integer, Policy> policies = new ConcurrentHashMap<>();
    volatile int nodeCount = 1;
    volatile int cpusPerNode = Runtime.getRuntime().availableProcessors();
    volatile boolean policyWorks = true;

    FakePlacement(FakeHost host) {
        this.host = host;
    }

    @Override
    public int threadId() {
        return (int) Thread.currentThread().threadId();
    }

    @Override
    public void runOn(BitSet cpus) throws KernelException {
        host.script.enter("sched_setaffinity", null);
        BitSet allowed = allCpus();
        allowed.and(cpus);
        if (allowed.isEmpty()) {
            throw new KernelException("sched_setaffinity", Errno.EINVAL);
        }
        affinity.put(threadId(), allowed);
    }

    @Override
    public BitSet affinity(int tid) throws KernelException {
        host.script.enter("sched_getaffinity", null);
        int thread = tid == 0 ? threadId() : tid;
        boolean known = thread == threadId()
                || thread == host.ownPid
                || affinity.containsKey(thread)
                || host.processes.containsKey(thread);
        if (!known) {
            throw new KernelException("sched_getaffinity", Errno.ESRCH);
        }
        return (BitSet) affinity.getOrDefault(thread, allCpus()).clone();
    }

    @Override
    public void allocateFrom(Memory mode, BitSet nodes) throws KernelException {
        host.script.enter("set_mempolicy", null);
        if (!policyWorks) {
            throw new KernelException("set_mempolicy", Errno.ENOSYS);
        }
        boolean wantsNodes = mode != Memory.DEFAULT && mode != Memory.PREFERRED;
        if (nodes.length() > nodeCount || mode == Memory.DEFAULT && !nodes.isEmpty() || wantsNodes && nodes.isEmpty()) {
            throw new KernelException("set_mempolicy", Errno.EINVAL);
        }
        policies.put(threadId(), new Policy(mode, (BitSet) nodes.clone()));
    }

    /** Which node the calling thread's next pages come from, by page number. */
    IntUnaryOperator nodes() {
        Policy policy = policies.get(threadId());
        if (policy == null || policy.mode() == Memory.DEFAULT || policy.nodes().isEmpty()) {
            int cpu = affinity.getOrDefault(threadId(), allCpus()).nextSetBit(0);
            return page -> cpu / cpusPerNode;
        }
        int[] nodes = policy.nodes().stream().toArray();
        boolean spread = policy.mode() == Memory.INTERLEAVE || policy.mode() == Memory.WEIGHTED_INTERLEAVE;
        return page -> spread ? nodes[page % nodes.length] : nodes[0];
    }

    private BitSet allCpus() {
        BitSet all = new BitSet();
        all.set(0, nodeCount * cpusPerNode);
        return all;
    }
}
