package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nowake.policy.Policy;
import dev.nowake.policy.PolicyFailure;
import dev.nowake.policy.PolicyUnit;
import dev.nowake.policy.builtin.NonePolicy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ForeignLoadTest {
    private record Held(CountDownLatch closed) implements PolicyUnit {
        @Override
        public String origin() {
            return "p.js";
        }

        @Override
        public Policy policy() {
            return new NonePolicy();
        }

        @Override
        public boolean isTrusted() {
            return false;
        }

        @Override
        public void stopCall(String why) {
            throw new AssertionError("nothing is called");
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Test
    void whatIsLoadedIsHandedOver() {
        PolicyLoader.Loaded made = new PolicyLoader.Loaded(List.of(new Held(new CountDownLatch(1))));
        assertThat(ForeignLoad.within(60, "p.js", () -> made)).isSameAs(made);
    }

    @Test
    void anErrorOfTheCodeIsOneLine() {
        PolicyFailure own = new PolicyFailure(PolicyFailure.Kind.LIMIT, "its own");
        assertThatThrownBy(() -> ForeignLoad.within(60, "p.js", () -> {
                    throw own;
                }))
                .isSameAs(own);
        assertThatThrownBy(() -> ForeignLoad.within(60, "p.js", () -> {
                    throw new NoClassDefFoundError("x");
                }))
                .isInstanceOf(PolicyFailure.class)
                .hasMessage("p.js: java.lang.NoClassDefFoundError: x");
    }

    @Test
    void whatComesTooLateIsClosed() throws Exception {
        CountDownLatch givenUp = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        PolicyUnit late = new Held(closed);
        assertThatThrownBy(() -> ForeignLoad.within(0, "p.js", () -> {
                    await(givenUp);
                    return new PolicyLoader.Loaded(List.of(late));
                }))
                .isInstanceOf(PolicyFailure.class)
                .hasMessage("p.js: did not load within 0 s");
        givenUp.countDown();
        assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anInterruptedThreadWaitsNoLongerAndStaysInterrupted() {
        CountDownLatch never = new CountDownLatch(1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> ForeignLoad.within(60, "p.js", () -> {
                    await(never);
                    return new PolicyLoader.Loaded(List.of());
                }))
                .hasMessage("p.js: not loaded, interrupted");
        assertThat(Thread.interrupted()).isTrue();
        never.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
