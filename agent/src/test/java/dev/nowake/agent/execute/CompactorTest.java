package dev.nowake.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nowake.kernel.Errno;
import dev.nowake.kernel.fake.FakeKernel;
import dev.nowake.kernel.fake.Script;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactorTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path root;

    private final FakeKernel kernel = new FakeKernel().nodes(2, 1);
    private final AtomicLong nanos = new AtomicLong();
    private final BlockingQueue<Compactor.Outcome> outcomes = new ArrayBlockingQueue<>(10);
    private Compactor compactor;

    @BeforeEach
    void aHostOfTwoNodesAndOneWithoutMemory() throws Exception {
        put("sys/devices/system/node/online", "0-2\n");
        for (int node = 0; node < 3; node++) {
            put("sys/devices/system/node/node" + node + "/meminfo", "Node 0 MemTotal: " + (2 - node) * 1000 + " kB\n");
        }
        blocks(3);
        compactor = new Compactor(kernel.nodeMemory(), root, nanos::get);
    }

    private void put(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** Free blocks of 2 MiB on node 1, and one of 4 MiB on node 0. */
    private void blocks(int count) {
        try {
            put("proc/buddyinfo", """
                    Node 0, zone Normal 9 0 0 0 0 0 0 0 0 0 1
                    Node 1, zone Normal 9 0 0 0 0 0 0 0 0 %d 0
                    """.formatted(count));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Compactor.Outcome once(int node) throws Exception {
        assertThat(compactor.begin(node, outcomes::add)).isTrue();
        return outcomes.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void theNodeIsCompactedAndWhatItBroughtIsTold() throws Exception {
        kernel.script().before("compact", call -> blocks(8));
        Compactor.Outcome outcome = once(1);
        assertThat(compacted()).containsExactly(1L);
        assertThat(outcome.beforeBytes()).isEqualTo(6 << 20);
        assertThat(outcome.afterBytes()).isEqualTo(16 << 20);
        assertThat(outcome.gainedBytes()).isEqualTo(10 << 20);
        assertThat(outcome.refused()).isNull();
    }

    @Test
    void allNodesMeansThoseWithMemory() throws Exception {
        assertThat(once(-1).beforeBytes()).isEqualTo(10 << 20);
        assertThat(compacted()).containsExactly(0L, 1L);
    }

    @Test
    void theNextOneComesNoSoonerThanASecondAfter() throws Exception {
        once(0);
        nanos.addAndGet(SECOND - 1);
        assertThat(compactor.begin(0, outcomes::add)).isFalse();
        nanos.addAndGet(1);
        once(1);
        assertThat(compacted()).containsExactly(0L, 1L);
    }

    @Test
    void aLongOneIsFollowedByAPauseTwentyTimesAsLong() throws Exception {
        kernel.script().before("compact", call -> nanos.addAndGet(3 * SECOND));
        assertThat(once(0).seconds()).isEqualTo(3);
        nanos.addAndGet(60 * SECOND - 1);
        assertThat(compactor.begin(0, outcomes::add)).isFalse();
        nanos.addAndGet(1);
        once(0);
    }

    @Test
    void oneAtATimeAndNobodyWaits() throws Exception {
        CountDownLatch hold = new CountDownLatch(1);
        kernel.script().before("compact", call -> await(hold));
        assertThat(compactor.begin(0, outcomes::add)).isTrue();
        nanos.addAndGet(1000 * SECOND);
        assertThat(compactor.begin(1, outcomes::add)).isFalse();
        hold.countDown();
        assertThat(outcomes.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(compacted()).containsExactly(0L);
    }

    @Test
    void aKernelThatRefusesIsNotAskedAgain() throws Exception {
        kernel.script().failNth("compact", 1, Errno.EROFS);
        assertThat(once(0).refused().errno()).isEqualTo(Errno.EROFS);
        nanos.addAndGet(1000 * SECOND);
        assertThat(compactor.begin(0, outcomes::add)).isFalse();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The nodes, in order. */
    private List<Long> compacted() {
        return kernel.script().calls().stream()
                .filter(call -> call.name().equals("compact"))
                .map(Script.Call::offsetBytes)
                .toList();
    }
}
