package dev.nowake.agent.govern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.execute.Placement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
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
    private static final Placement ANYWHERE = Placement.ANYWHERE;
    private static final Supplier<MemoryState> PLENTY = () -> room(1L << 40);

    /** One act: take {@code bytes}, or with {@code takes} false give back the oldest taken. */
    record Act(boolean takes, long bytes) {}

    /** Against a model: memory that every acquired byte really takes, as page cache does, settled or not. */
    @Property(tries = 300)
    void neitherLimitNorRoomIsExceeded(
            @ForAll @LongRange(max = 1000) long limit,
            @ForAll @LongRange(max = 3000) long memory,
            @ForAll("acts") List<Act> acts) {
        AtomicLong allocated = new AtomicLong();
        Governor governor = new Governor(limit, () -> room(memory - allocated.get()));
        LoadBudget budget = governor.open();
        Deque<Long> inFlight = new ArrayDeque<>();
        for (Act act : acts) {
            if (act.takes()) {
                if (budget.tryAcquire(act.bytes(), ANYWHERE)) {
                    inFlight.add(act.bytes());
                    allocated.addAndGet(act.bytes());
                }
            } else if (!inFlight.isEmpty()) {
                long bytes = inFlight.poll();
                budget.settle(bytes, bytes, ANYWHERE);
            }
            long expected = inFlight.stream().mapToLong(Long::longValue).sum();
            assertThat(governor.state().inFlightBytes()).isEqualTo(expected).isLessThanOrEqualTo(limit);
            assertThat(allocated.get()).isLessThanOrEqualTo(memory);
        }
    }

    @Property(tries = 300)
    void whatFitsIsNeverRefused(@ForAll @LongRange(min = 1, max = 1000) long limit, @ForAll("acts") List<Act> acts) {
        LoadBudget budget = new Governor(limit, PLENTY).open();
        Deque<Long> inFlight = new ArrayDeque<>();
        long used = 0;
        for (Act act : acts) {
            if (act.takes()) {
                boolean fits = used + act.bytes() <= limit;
                assertThat(budget.tryAcquire(act.bytes(), ANYWHERE)).isEqualTo(fits);
                if (fits) {
                    inFlight.add(act.bytes());
                    used += act.bytes();
                }
            } else if (!inFlight.isEmpty()) {
                long bytes = inFlight.poll();
                used -= bytes;
                budget.settle(bytes, bytes, ANYWHERE);
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
    void memoryIsLookedAtNoOftenerThanEveryFiftyMilliseconds() {
        AtomicInteger looks = new AtomicInteger();
        AtomicLong now = new AtomicLong();
        Governor governor = new Governor(
                1000,
                () -> {
                    looks.incrementAndGet();
                    return room(0);
                },
                now::get);
        LoadBudget budget = governor.open();
        for (int i = 0; i < 100; i++) {
            budget.tryAcquire(1, ANYWHERE);
            now.addAndGet(1_000_000);
        }
        assertThat(looks.get()).isEqualTo(2);
        assertThat(governor.state().allWaits()).isEqualTo(100);
        assertThat(governor.state().shortage()).isEqualTo(Shortage.MEMORY);
    }

    @Test
    void whatIsMissingIsLookedAtAnew() {
        AtomicLong free = new AtomicLong(100);
        Governor governor = new Governor(1000, () -> room(free.get()));
        assertThat(governor.missingBytes(150, ANYWHERE)).isEqualTo(50);
        free.set(150);
        assertThat(governor.missingBytes(150, ANYWHERE)).isZero();
        assertThat(new Governor(1000, () -> MemoryState.UNKNOWN).missingBytes(1, ANYWHERE))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void roomIsLookedAtAgain() {
        AtomicLong room = new AtomicLong();
        LoadBudget budget = new Governor(100, () -> room(room.get())).open();
        assertThat(budget.tryAcquire(1, ANYWHERE)).isFalse();
        room.set(1000);
        await().until(() -> budget.tryAcquire(1, ANYWHERE));
    }

    @Test
    @Timeout(20)
    void whatIsGivenBackLetsTheWaitingGoOn() throws Exception {
        Governor governor = new Governor(100, PLENTY);
        LoadBudget budget = governor.open();
        assertThat(budget.tryAcquire(100, ANYWHERE)).isTrue();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> acquire(budget, 40));
        await().until(() -> governor.state().allWaits() > 3);
        assertThat(waiting).isNotDone();
        budget.settle(100, 0, ANYWHERE);
        assertThat(waiting.get()).isTrue();
        assertThat(governor.state().inFlightBytes()).isEqualTo(40);
    }

    @Test
    @Timeout(20)
    void waitingEndsWithoutRoomToo() throws InterruptedException {
        LoadBudget budget = new Governor(100, () -> room(0)).open();
        assertThat(budget.tryAcquire(1, ANYWHERE)).isFalse();
        budget.awaitRoom(1, ANYWHERE, 5_000_000L);
        budget.awaitRoom(1, ANYWHERE, Long.MAX_VALUE);
        assertThat(budget.tryAcquire(1, ANYWHERE)).isFalse();
    }

    @Test
    @Timeout(20)
    void manyThreadsKeepTheLimit() {
        long limit = 1000;
        Governor governor = new Governor(limit, PLENTY);
        AtomicLong inFlight = new AtomicLong();
        AtomicLong most = new AtomicLong();
        CompletableFuture.allOf(IntStream.range(0, 8)
                        .mapToObj(thread -> CompletableFuture.runAsync(
                                () -> {
                                    try (LoadBudget budget = governor.open()) {
                                        for (int i = 0; i < 2000; i++) {
                                            long bytes =
                                                    ThreadLocalRandom.current().nextLong(1, 400);
                                            acquire(budget, bytes);
                                            long now = inFlight.addAndGet(bytes);
                                            most.accumulateAndGet(now, Math::max);
                                            inFlight.addAndGet(-bytes);
                                            budget.settle(bytes, 0, ANYWHERE);
                                        }
                                    }
                                },
                                task -> Thread.ofPlatform().start(task)))
                        .toArray(CompletableFuture[]::new))
                .join();
        assertThat(most.get()).isBetween(1L, limit);
        assertThat(governor.state().inFlightBytes()).isZero();
    }

    private static boolean acquire(LoadBudget budget, long bytes) {
        try {
            while (!budget.tryAcquire(bytes, ANYWHERE)) {
                budget.awaitRoom(bytes, ANYWHERE, Long.MAX_VALUE);
            }
            return true;
        } catch (InterruptedException stop) {
            return false;
        }
    }

    /** So much beyond the margin; what is free stays the same, so that the margin does. */
    private static MemoryState room(long bytes) {
        MemoryState.Node node = new MemoryState.Node(0, 1L << 41, Margin.FLOOR_BYTES + bytes, 1L << 40);
        return new MemoryState(List.of(node), Long.MAX_VALUE, 0, 0);
    }
}
