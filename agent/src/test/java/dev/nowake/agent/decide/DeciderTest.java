package dev.nowake.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.nowake.agent.observe.Counter;
import dev.nowake.policy.Guard;
import dev.nowake.policy.Hook;
import dev.nowake.policy.Step;
import dev.nowake.policy.Trigger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeciderTest {
    @TempDir
    Path folder;

    @Test
    void aTrustedPolicyAnswersAtOnceOnTheCallersThread() throws Exception {
        try (Stage stage = new Stage(folder)) {
            List<Thread> threads = new ArrayList<>();
            stage.decider.ask(
                    Stage.assign("load-and-release"),
                    Hook.EVICT,
                    Stage.input(Trigger.CLOSE),
                    task -> {
                        throw new AssertionError("no task is needed");
                    },
                    plan -> threads.add(Thread.currentThread()));
            assertThat(threads).containsExactly(Thread.currentThread());
        }
    }

    @Test
    void anUntrustedOneAnswersOnTheEnginesThread() throws Exception {
        try (Stage stage = new Stage(folder, "mine steps")) {
            CompletableFuture<String> thread = new CompletableFuture<>();
            stage.decider.ask(
                    Stage.assign("mine"),
                    Hook.PREFETCH,
                    Stage.input(Trigger.OPEN),
                    stage.engine,
                    plan -> thread.complete(
                            plan.policy() + " on " + Thread.currentThread().getName()));
            assertThat(thread.get(10, TimeUnit.SECONDS)).isEqualTo("mine on test-engine");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "throw, POLICY_THROWN, IllegalStateException: broken (FakeUnit.java:",
        "error, POLICY_THROWN, StackOverflowError",
        "null, POLICY_BAD_RESULTS, returned null",
        "big, POLICY_BAD_RESULTS, more than 64 KiB",
        "many, POLICY_LIMITS, 10000000 steps",
        "hang, POLICY_TIMEOUTS, .js:",
        "allocate, POLICY_LIMITS, .js:"
    })
    void aFailureIsAnEmptyPlanACounterAndALine(String behaviour, Counter counter, String line) throws Exception {
        try (Stage stage = new Stage(folder, "bad " + behaviour)) {
            Plan plan = stage.plan("bad");
            assertThat(plan.steps()).isEmpty();
            assertThat(plan.policy()).isEqualTo("bad");
            assertThat(stage.count(counter)).isEqualTo(1);
            assertThat(stage.count(Counter.POLICY_ERRORS)).isEqualTo(1);
            stage.awaitJournal("policy", line);
            assertThat(stage.journal("policy")).anySatisfy(told -> {
                assertThat(told.path("policy").asString()).isEqualTo("bad");
                assertThat(told.path("hook").asString()).isEqualTo("prefetch");
                assertThat(told.path("trigger").asString()).isEqualTo("open");
                assertThat(told.path("model").asString()).isEqualTo("llama");
                assertThat(told.path("reason").asString()).doesNotContain("\n");
            });
            assertThat(stage.status("bad").path("lastFailure").asString()).contains(line);
        }
    }

    /** A busy host takes the processor away for longer than a call may have it. */
    @Test
    void onlyTimeOnTheProcessorCountsUntilTheAnswerIsDue() throws Exception {
        try (Stage stage = new Stage(folder, "slow pause")) {
            int whole = 0;
            for (int i = 0; i < 10; i++) {
                Plan plan = stage.plan("slow");
                whole += plan.policy().equals("slow") ? plan.steps().size() : 0;
            }
            assertThat(whole).as("of ten that wait 40 ms").isPositive();
        }
    }

    /** The fallback answers in time, and the policy, whose fault it is not, is asked again. */
    @Test
    void oneThatIsKeptFromTheProcessorHasNotFailed() throws Exception {
        try (Stage stage = new Stage(folder, "slow starve")) {
            for (int i = 0; i < 4; i++) {
                long calls = stage.status("slow").path("calls").asLong();
                assertThat(stage.plan("slow").policy()).isEqualTo("whole-file");
                await("it has ended")
                        .atMost(Stage.SOON)
                        .until(() -> stage.status("slow").path("calls").asLong() == calls + 1);
            }
            assertThat(stage.count(Counter.POLICY_ERRORS)).isZero();
            assertThat(stage.count(Counter.POLICY_FALLBACKS)).isEqualTo(4);
            assertThat(stage.status("slow").path("state").asString()).isEqualTo("ok");
        }
    }

    @Test
    void threeFailuresInARowDisableUntilEnabled() throws Exception {
        try (Stage stage = new Stage(folder, "bad throw")) {
            for (int i = 0; i < 3; i++) {
                assertThat(stage.plan("bad").policy()).isEqualTo("bad");
            }
            assertThat(stage.status("bad").path("state").asString()).isEqualTo("disabled");
            assertThat(stage.count(Counter.POLICIES_DISABLED)).isEqualTo(1);
            stage.awaitJournal("policy", "nowake policy enable bad");

            int calls = FakeUnit.CALLS.get();
            assertThat(stage.plan("bad").policy()).isEqualTo("whole-file");
            assertThat(FakeUnit.CALLS.get()).isEqualTo(calls);
            assertThat(stage.count(Counter.POLICY_FALLBACKS)).isEqualTo(1);

            stage.registry.enable("bad");
            assertThat(stage.plan("bad").policy()).isEqualTo("bad");
            assertThat(FakeUnit.CALLS.get()).isEqualTo(calls + 1);
            assertThatThrownBy(() -> stage.registry.enable("bda")).hasMessageContaining("no policy 'bda': loaded are ");
        }
    }

    @Test
    void aHookThatAlwaysFailsDisablesThoughTheOtherSucceedsInBetween() {
        PolicyRecord record = new PolicyRecord("p");
        for (int i = 0; i < 2; i++) {
            assertThat(record.failed(Hook.PREFETCH, "no")).isFalse();
            record.succeeded(Hook.EVICT, 1000);
        }
        assertThat(record.failed(Hook.PREFETCH, "no")).isTrue();
        assertThat(record.disabled()).isEqualTo("3 failures in a row: no");
    }

    @Test
    void aSuccessBetweenBeginsTheRowAnew() {
        PolicyRecord record = new PolicyRecord("p");
        assertThat(record.failed(Hook.EVICT, "a")).isFalse();
        assertThat(record.failed(Hook.EVICT, "b")).isFalse();
        record.succeeded(Hook.EVICT, 1000);
        assertThat(record.failed(Hook.EVICT, "c")).isFalse();
        assertThat(record.failed(Hook.EVICT, "d")).isFalse();
        assertThat(record.failed(Hook.EVICT, "e")).isTrue();
        assertThat(record.failed(Hook.EVICT, "f")).as("disabled once").isFalse();
        assertThat(record.numbers().calls()).isEqualTo(7);
        assertThat(record.numbers().medianMicros()).isEqualTo(1.0);
    }

    @Test
    void whoIgnoresTheStopIsAnsweredForAndGivenUp() throws Exception {
        try (Stage stage = new Stage(folder, "bomb ignore", "other steps")) {
            long asked = System.nanoTime();
            CompletableFuture<Plan> bomb = stage.ask("bomb", Trigger.OPEN);
            assertThat(stage.plan("other").steps()).as("delays nobody else").hasSize(1);
            assertThat(bomb.get(10, TimeUnit.SECONDS).steps()).isEmpty();
            assertThat((System.nanoTime() - asked) / 1e6)
                    .as("ms until answered; 100 are promised")
                    .isLessThan(500);
            assertThat(stage.plan("bomb").policy()).as("busy").isEqualTo("whole-file");

            stage.awaitState("bomb", "disabled");
            assertThat(stage.count(Counter.POLICIES_ABANDONED)).isEqualTo(1);
            PolicyRunner lost = stage.registry.named("bomb");
            stage.registry.enable("bomb");
            assertThat(stage.registry.named("bomb")).isNotSameAs(lost);
            assertThat(stage.status("bomb").path("state").asString()).isEqualTo("ok");
        }
    }

    @Test
    void newerQuestionsReplaceThoseThatWait() throws Exception {
        try (Stage stage = new Stage(folder, "slow wait")) {
            FakeUnit.gate = new CountDownLatch(1);
            int calls = FakeUnit.CALLS.get();
            List<CompletableFuture<Plan>> answers = new ArrayList<>();
            answers.add(stage.ask("slow", Trigger.OPEN));
            org.awaitility.Awaitility.await().until(() -> FakeUnit.CALLS.get() > calls);
            for (int i = 0; i < 10; i++) {
                answers.add(stage.ask("slow", Trigger.PROGRESS));
            }
            FakeUnit.gate.countDown();
            for (CompletableFuture<Plan> answer : answers) {
                answer.get(10, TimeUnit.SECONDS);
            }
            assertThat(stage.count(Counter.POLICY_REPLACED)).isGreaterThanOrEqualTo(1);
            assertThat(FakeUnit.CALLS.get()
                            - calls
                            + stage.count(Counter.POLICY_REPLACED)
                            + stage.count(Counter.POLICY_QUEUE_FULL))
                    .isEqualTo(11);
        }
    }

    @Test
    void whatDoesNotFitTheQueueIsTheFallbacks() throws Exception {
        try (Stage stage = new Stage(folder, "slow hang")) {
            List<CompletableFuture<Plan>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                answers.add(stage.ask("slow", Trigger.OPEN));
            }
            int fallbacks = 0;
            for (CompletableFuture<Plan> answer : answers) {
                fallbacks += answer.get(10, TimeUnit.SECONDS).policy().equals("whole-file") ? 1 : 0;
            }
            assertThat(fallbacks).isGreaterThan(130);
            assertThat(stage.count(Counter.POLICY_QUEUE_FULL)).isEqualTo(fallbacks);
        }
    }

    @Test
    void aPolicyThatIsNotThereIsTheFallbacks() throws Exception {
        try (Stage stage = new Stage(folder)) {
            assertThat(stage.plan("gone").policy()).isEqualTo("whole-file");
        }
    }

    @Test
    void higherPrioritiesGoFirstAndEqualOnesAsGiven() throws Exception {
        try (Stage stage = new Stage(folder, "mine priorities")) {
            assertThat(stage.plan("mine").steps())
                    .extracting(Guard.Checked::step)
                    .extracting(step -> ((Step.Prefetch) step).priority())
                    .containsExactly(5, 5, 0, 0, -1);
        }
    }

    @Test
    void stateIsKeptFromCallToCall() throws Exception {
        try (Stage stage = new Stage(folder, "mine count")) {
            for (int i = 1; i <= 3; i++) {
                Step.Prefetch step =
                        (Step.Prefetch) stage.plan("mine").steps().getFirst().step();
                assertThat(step.priority()).as("call").isEqualTo(i);
            }
        }
    }

    @Test
    void linesOfAPolicyAreToldTenASecond() throws Exception {
        try (Stage stage = new Stage(folder, "chatty log")) {
            stage.plan("chatty");
            stage.awaitJournal("log", "line 9");
            assertThat(stage.count(Counter.POLICY_LINES_DROPPED)).isBetween(80L, 90L);
            assertThat(stage.journal("log"))
                    .allSatisfy(
                            line -> assertThat(line.path("policy").asString()).isEqualTo("chatty"));
        }
    }

    @ParameterizedTest
    @CsvSource({"count, 1", "log, 0", "throw, 0", "big, 0", "hang, 0"})
    void whatIsTriedOutLeavesNoTrace(String behaviour, int steps) throws Exception {
        try (Stage stage = new Stage(folder, "mine " + behaviour)) {
            Map<String, Long> before = stage.counters.snapshot();
            for (int i = 0; i < 4; i++) {
                Plan plan = stage.tryOut("mine");
                assertThat(plan.policy()).isEqualTo("mine");
                assertThat(plan.steps()).hasSize(steps);
            }
            assertThat(stage.tryOut("gone").policy()).isEqualTo("whole-file");
            assertThat(stage.counters.snapshot()).isEqualTo(before);
            assertThat(stage.status("mine").path("state").asString()).isEqualTo("ok");
            assertThat(stage.status("mine").path("calls").asLong()).isZero();
            stage.registry.enable("mine"); // what is told now comes after what would have been told
            stage.awaitJournal("policy", "\"enabled\"");
            assertThat(stage.journal("policy")).hasSize(1);
            assertThat(stage.journal("log")).isEmpty();
            if (behaviour.equals("count")) {
                Step.Prefetch real =
                        (Step.Prefetch) stage.plan("mine").steps().getFirst().step();
                assertThat(real.priority()).as("the first call").isEqualTo(1);
            }
        }
    }
}
