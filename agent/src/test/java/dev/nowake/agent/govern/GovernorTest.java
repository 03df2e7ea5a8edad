package dev.nowake.agent.govern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GovernorTest {
    private static final long ENDLESS = Long.MAX_VALUE;

    /** One act: take {@code bytes}, or with {@code takes} false give back the oldest taken. */
    record Act(boolean takes, long bytes) {}

    /** Against a model: memory that every acquired byte really takes, as page cache does, released or not. */
    @Property(tries = 300)
    void neitherLimitNorRoomIsExceeded(
            @ForAll @LongRange(max = 1000) long limit,
            @ForAll @LongRange(max = 3000) long memory,
            @ForAll("acts") List<Act> acts) {
        AtomicLong allocated = new AtomicLong();
        Governor governor = new Governor(limit, () -> memory - allocated.get());
        Deque<Long> inFlight = new ArrayDeque<>();
        for (Act act : acts) {
            if (act.takes()) {
                if (governor.tryAcquire(act.bytes())) {
                    inFlight.add(act.bytes());
                    allocated.addAndGet(act.bytes());
                }
            } else if (!inFlight.isEmpty()) {
                governor.release(inFlight.poll());
            }
            long expected = inFlight.stream().mapToLong(Long::longValue).sum();
            assertThat(governor.inFlightBytes()).isEqualTo(expected).isLessThanOrEqualTo(limit);
            assertThat(allocated.get()).isLessThanOrEqualTo(memory);
        }
    }

    @Property(tries = 300)
    void whatFitsIsNeverRefused(@ForAll @LongRange(min = 1, max = 1000) long limit, @ForAll("acts") List<Act> acts) {
        Governor governor = new Governor(limit, () -> ENDLESS);
        Deque<Long> inFlight = new ArrayDeque<>();
        long used = 0;
        for (Act act : acts) {
            if (act.takes()) {
                boolean fits = used + act.bytes() <= limit;
                assertThat(governor.tryAcquire(act.bytes())).isEqualTo(fits);
                if (fits) {
                    inFlight.add(act.bytes());
                    used += act.bytes();
                }
            } else if (!inFlight.isEmpty()) {
                used -= inFlight.peek();
                governor.release(inFlight.poll());
            }
        }
    }

    @Provide
    Arbitrary<List<Act>> acts() {
        return Combinators.combine(
                        Arbitraries.of(true, true, false), Arbitraries.longs().between(1, 400))
                .as(Act::new)
                .list()
                .ofMaxSize(60);
    }

    @Test
    void hugeWishesDoNotOverflow() {
        Governor governor = new Governor(100, () -> ENDLESS);
        assertThat(governor.tryAcquire(60)).isTrue();
        assertThat(governor.tryAcquire(ENDLESS)).isFalse();
        assertThat(governor.inFlightBytes()).isEqualTo(60);
        assertThat(governor.waits()).isEqualTo(1);
        assertThat(governor.largestAcquisitionBytes()).isEqualTo(100);
    }

    @Test
    void roomIsLookedAtAgain() {
        AtomicLong room = new AtomicLong();
        Governor governor = new Governor(100, room::get);
        assertThat(governor.tryAcquire(1)).isFalse();
        room.set(1);
        await().until(() -> governor.tryAcquire(1));
        assertThat(governor.inFlightBytes()).isEqualTo(1);
    }

    @Test
    @Timeout(20)
    void aReleaseLetsTheWaitingGoOn() throws Exception {
        Governor governor = new Governor(100, () -> ENDLESS);
        assertThat(governor.tryAcquire(100)).isTrue();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> acquire(governor, 40));
        await().until(() -> governor.waits() > 3);
        assertThat(waiting).isNotDone();
        governor.release(100);
        assertThat(waiting.get()).isTrue();
        assertThat(governor.inFlightBytes()).isEqualTo(40);
    }

    @Test
    @Timeout(20)
    void waitingEndsWithoutRoomToo() throws InterruptedException {
        Governor governor = new Governor(100, () -> 0);
        assertThat(governor.tryAcquire(1)).isFalse();
        governor.awaitRoom(1, 5_000_000L);
        governor.awaitRoom(1, Long.MAX_VALUE);
        assertThat(governor.tryAcquire(1)).isFalse();
    }

    @Test
    @Timeout(20)
    void manyThreadsKeepTheLimit() {
        long limit = 1000;
        Governor governor = new Governor(limit, () -> ENDLESS);
        AtomicLong inFlight = new AtomicLong();
        AtomicLong most = new AtomicLong();
        CompletableFuture.allOf(IntStream.range(0, 8)
                        .mapToObj(thread -> CompletableFuture.runAsync(
                                () -> {
                                    for (int i = 0; i < 2000; i++) {
                                        long bytes = ThreadLocalRandom.current().nextLong(1, 400);
                                        acquire(governor, bytes);
                                        long now = inFlight.addAndGet(bytes);
                                        most.accumulateAndGet(now, Math::max);
                                        inFlight.addAndGet(-bytes);
                                        governor.release(bytes);
                                    }
                                },
                                task -> Thread.ofPlatform().start(task)))
                        .toArray(CompletableFuture[]::new))
                .join();
        assertThat(most.get()).isBetween(1L, limit);
        assertThat(governor.inFlightBytes()).isZero();
    }

    private static boolean acquire(Governor governor, long bytes) {
        try {
            while (!governor.tryAcquire(bytes)) {
                governor.awaitRoom(bytes, Long.MAX_VALUE);
            }
            return true;
        } catch (InterruptedException stop) {
            return false;
        }
    }
}
