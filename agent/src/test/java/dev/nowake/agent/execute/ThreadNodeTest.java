package dev.nowake.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.KernelException;
import dev.nowake.kernel.ThreadPlacement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThreadNodeTest {
    /** Writes the calls down; refuses what it is told to. */
    private static final class Calls implements ThreadPlacement {
        final List<String> made = new ArrayList<>();
        BitSet offline = new BitSet();
        BitSet missing = new BitSet();

        @Override
        public int threadId() {
            return 1;
        }

        @Override
        public void runOn(BitSet cpus) throws KernelException {
            if (offline.intersects(cpus)) {
                throw new KernelException("sched_setaffinity", Errno.EINVAL);
            }
            made.add("run " + cpus);
        }

        @Override
        public BitSet affinity(int tid) {
            return set(0, 1, 2, 3);
        }

        @Override
        public void allocateFrom(Memory mode, BitSet nodes) throws KernelException {
            if (missing.intersects(nodes)) {
                throw new KernelException("set_mempolicy", Errno.EINVAL);
            }
            made.add(mode + " " + nodes);
        }
    }

    private final Calls calls = new Calls();
    private final ThreadNode node = new ThreadNode(calls);

    private static BitSet set(int... bits) {
        BitSet set = new BitSet();
        for (int bit : bits) {
            set.set(bit);
        }
        return set;
    }

    @Test
    void memoryAndCpusFollowThePlacementAndNothingIsSaidTwice() {
        node.use(Placement.ANYWHERE);
        node.use(Placement.on(1, set(2, 3)));
        node.use(Placement.on(1, set(2, 3)));
        node.use(Placement.spread(set(0, 1)));
        node.use(Placement.ANYWHERE);
        assertThat(calls.made)
                .containsExactly("PREFERRED {1}", "run {2, 3}", "INTERLEAVE {0, 1}", "run {0, 1, 2, 3}", "DEFAULT {}");
    }

    @Test
    void aNodeWithoutCpusBindsItsMemoryAlone() {
        node.use(Placement.on(1, set(2, 3)));
        node.use(Placement.on(2, set()));
        assertThat(calls.made).containsExactly("PREFERRED {1}", "run {2, 3}", "PREFERRED {2}", "run {0, 1, 2, 3}");
    }

    @Test
    void soDoesOneWhoseCpusWentOfflineOrAreNotOurs() {
        calls.offline = set(2);
        node.use(Placement.on(1, set(2)));
        node.use(Placement.on(3, set(6, 7)));
        assertThat(calls.made).containsExactly("PREFERRED {1}", "PREFERRED {3}");
    }

    @Test
    void onlyOurOwnCpusAreTaken() {
        node.use(Placement.on(1, set(3, 4, 5)));
        assertThat(calls.made).containsExactly("PREFERRED {1}", "run {3}");
    }

    @Test
    void whereTheNodeIsGonePagesDoNotGoWhereTheLastOnesWent() {
        calls.missing = set(7);
        node.use(Placement.on(0, set(0, 1)));
        node.use(Placement.on(7, set()));
        assertThat(calls.made).containsExactly("PREFERRED {0}", "run {0, 1}", "DEFAULT {}", "run {0, 1, 2, 3}");
    }
}
