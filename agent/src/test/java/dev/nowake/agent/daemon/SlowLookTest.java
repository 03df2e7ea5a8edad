package dev.nowake.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk that hangs keeps nobody. */
@Timeout(30)
class SlowLookTest {
    private final AtomicInteger looks = new AtomicInteger();
    private volatile CountDownLatch hanging = new CountDownLatch(0);
    private final SlowLook<Integer> look = new SlowLook<>(() -> {
        int number = looks.incrementAndGet();
        try {
            hanging.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        if (number == 3) {
            throw new IllegalStateException("the third one fails");
        }
        return number;
    });

    private SlowLook.Seen<Integer> seen(Duration patience) {
        look.ask();
        return look.get(System.nanoTime() + patience.toNanos());
    }

    @Test
    void theLastLookStandsWhileANewOneHangs() {
        assertThat(seen(Duration.ofSeconds(20))).isEqualTo(new SlowLook.Seen<>(1, 0, false));
        hanging = new CountDownLatch(1);
        long began = System.nanoTime();
        SlowLook.Seen<Integer> late = seen(Duration.ofMillis(50));
        assertThat(late.value()).isEqualTo(1);
        assertThat(late.isLate()).isTrue();
        assertThat(late.agoSeconds()).isPositive();
        assertThat(seen(Duration.ZERO).isLate()).isTrue();
        assertThat(looks).as("one at a time").hasValue(2);
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(20));
        hanging.countDown();
        await().until(() -> look.get(System.nanoTime()).value() == 2);
        assertThat(seen(Duration.ofSeconds(20)))
                .as("one that fails")
                .matches(each -> each.isLate() && each.value() == 2);
        assertThat(seen(Duration.ofSeconds(20))).isEqualTo(new SlowLook.Seen<>(4, 0, false));
    }

    @Test
    void nothingWasEverSeen() {
        hanging = new CountDownLatch(1);
        assertThat(seen(Duration.ZERO)).isEqualTo(new SlowLook.Seen<>(null, 0, true));
        hanging.countDown();
    }
}
